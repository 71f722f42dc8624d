import { describe, expect, test } from '@jest/globals'
import type { Outcome } from '../../../../../src/clients/kubernetes/cluster.ts'
import { Deadline } from '../../../../../src/core/deadline.ts'
import { Failure, messageOf } from '../../../../../src/core/failure.ts'
import { type KubernetesObject, objectId } from '../../../../../src/core/kubernetes/object.ts'
import type { RehearsalDeps } from '../../../../../src/phases/rollout/rehearsal/deps.ts'
import { place, remove } from '../../../../../src/phases/rollout/rehearsal/placement.ts'
import { play } from '../fake-cluster.ts'
import { pod, statefulSet } from '../shapes.ts'

const annotations = { 'redis-cache-action/run': 'run-1' }
const object = (kind: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'redis-rehearsal', annotations }
})
const objects = { asPlanned: object('Pod'), sources: [object('ConfigMap'), object('Secret')], pod: object('Pod') }

type Answer = (request: string) => unknown

/** A cluster in which a request fails with what is answered to it; `dry Pod` is the dry run. */
function cluster(refusal: Answer = () => undefined, stored: KubernetesObject[] = []) {
  const { deps, clock } = play([])
  const requests: string[] = []
  const notes: string[] = []
  const ask = async <T>(request: string, value: T): Promise<T> => {
    requests.push(request)
    const error = refusal(request)
    if (error !== undefined) throw error
    return value
  }
  const find = (wanted: KubernetesObject) => stored.find(({ kind }) => kind === wanted.kind)
  const access: RehearsalDeps['cluster'] = {
    ...deps.cluster,
    read: (wanted) => ask(`read ${wanted.kind}`, find(wanted)),
    apply: (wanted, _document, _namespace, { dryRun = false }) => {
      const applied = { object: wanted, created: true, warnings: [] }
      return ask<Outcome>(`${dryRun ? 'dry' : 'apply'} ${wanted.kind}`, { kind: 'applied', applied })
    },
    delete: (wanted) => {
      stored.splice(stored.indexOf(wanted), 1)
      return ask(`delete ${wanted.kind}`, true)
    }
  }
  const rehearsal: RehearsalDeps = {
    ...deps,
    cluster: access,
    cleaning: access,
    toFailure: (error, { verb, object }) =>
      new Failure(
        messageOf(error).includes('quota') ? 'quota-exceeded' : 'invalid-manifest',
        `cannot ${verb} ${object}: ${messageOf(error)}`,
        'correct it'
      ),
    grantFor: () => undefined,
    secret: () => {},
    note: (sentence) => void notes.push(sentence)
  }
  return { deps: rehearsal, clock, requests, notes }
}

async function placing({ deps, clock }: ReturnType<typeof cluster>) {
  const placed: KubernetesObject[] = []
  const inputs = { namespace: 'team', statefulSet: statefulSet(), planned: [], running: pod() }
  const result = await place(objects, inputs, placed, new Deadline(clock, 60_000), deps).then(
    objectId,
    (error: Error) => error
  )
  return { result, placed: placed.map(objectId) }
}

test('what the pod reads is there before it', async () => {
  const here = cluster()
  expect(await placing(here)).toEqual({
    result: 'Pod/redis-rehearsal',
    placed: ['ConfigMap/redis-rehearsal', 'Secret/redis-rehearsal', 'Pod/redis-rehearsal']
  })
  expect(here.requests.slice(3)).toEqual(['dry Pod', 'apply ConfigMap', 'apply Secret', 'apply Pod'])
})

describe('a pod that the cluster does not admit', () => {
  test('is refused if that is so as planned, and nothing is placed', async () => {
    const here = cluster((request) => (request === 'dry Pod' ? new Error('denied') : undefined))
    const { result, placed } = await placing(here)
    expect(result).toMatchObject({ name: 'Failure', code: 'invalid-manifest' })
    expect(placed).toEqual([])
  })

  test('says nothing of the planned one if only the copy is denied, for its labels', async () => {
    const here = cluster((request) => (request === 'apply Pod' ? new Error('label team is missing') : undefined))
    const { result, placed } = await placing(here)
    expect(result).toMatchObject({ name: 'NotRehearsed', message: expect.stringContaining('label team is missing') })
    expect(placed).toHaveLength(3)
  })

  test('is placed where a webhook cannot judge a dry run', async () => {
    const denial = new Error('admission webhook "a.example.org" does not support dry run')
    const here = cluster((request) => (request === 'dry Pod' ? denial : undefined))
    expect((await placing(here)).result).toBe('Pod/redis-rehearsal')
  })
})

test('what is refused beside an object that is still on its way is thrown after that', async () => {
  let answer = (): void => {}
  const late = new Promise<void>((resolve) => {
    answer = resolve
  })
  const here = cluster((request) => (request === 'apply ConfigMap' ? new Error('count/configmaps') : undefined))
  const { apply } = here.deps.cluster
  here.deps.cluster.apply = async (wanted, ...rest) => {
    if (wanted.kind === 'Secret') await late
    return apply(wanted, ...rest)
  }
  const run = placing(here)
  await new Promise(setImmediate)
  expect(here.requests).not.toContain('apply Secret')
  answer()
  expect((await run).result).toMatchObject({ name: 'NotRehearsed' })
  expect(here.requests).toContain('apply Secret')
})

describe('a quota that another pod was just counted in', () => {
  const message = 'exceeded quota: small, requested: pods=1, used: pods=9, limited: pods=1'

  test('refuses a pod that does not fit', async () => {
    const { result } = await placing(cluster((request) => (request === 'dry Pod' ? new Error(message) : undefined)))
    expect(result).toMatchObject({ name: 'Failure', code: 'quota-exceeded' })
  })

  test('says nothing after the pod of another run was removed', async () => {
    const refusal: Answer = (request) => (request === 'dry Pod' ? new Error(message) : undefined)
    const ended = { ...object('Pod'), status: { phase: 'Failed' } }
    const { result } = await placing(cluster(refusal, [ended]))
    expect(result).toMatchObject({ name: 'NotRehearsed' })
  })
})

test('objects of another run are kept, and what cannot be removed is told', async () => {
  const other = {
    ...object('ConfigMap'),
    metadata: { name: 'redis-rehearsal', annotations: { 'redis-cache-action/run': 'run-2' } }
  }
  const here = cluster(
    (request) => (request === 'delete Pod' ? new Error('no answer') : undefined),
    [other, object('Pod')]
  )
  await remove([...objects.sources, objects.pod], 'team', here.deps)
  expect(here.requests.filter((request) => request.startsWith('delete'))).toEqual(['delete Pod'])
  expect(here.notes).toEqual([
    'Pod/redis-rehearsal may still be there, and the next run that replaces redis-0 removes it: no answer'
  ])
})
