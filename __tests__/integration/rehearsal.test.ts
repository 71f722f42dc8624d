import { beforeAll, describe, expect, test } from '@jest/globals'
import { at, type KubernetesObject, listAt, textAt } from '../../src/core/kubernetes/object.ts'
import type { ManifestDocument } from '../../src/core/manifest.ts'
import type { PodBehaviour } from '../support/kubernetes-api/server.ts'
import { rehearsing } from './rehearsing.ts'
import { documentsFor, edited, namespace } from './rendering.ts'
import { rolling, type Scene, scene } from './rolling.ts'

let documents: ManifestDocument[]
let changed: ManifestDocument[]

beforeAll(async () => {
  documents = await documentsFor()
  changed = edited(documents, (text) => text.replace('maxmemory 256mb', 'maxmemory 200mb'))
})

/** A cache that serves, beside which the next pod behaves like this. */
async function served(behaviour: PodBehaviour): Promise<Scene> {
  const stage = await scene(documents, [{ kind: 'ready' }])
  await rolling(stage)
  stage.api.behave(behaviour)
  return stage
}

const kinds = ['Pod', 'ConfigMap', 'Secret']
const left = ({ api }: Scene) => kinds.filter((kind) => api.read(kind, namespace, 'redis-rehearsal') !== undefined)
const redisUid = ({ api }: Scene) => api.read('Pod', namespace, 'redis-0')?.metadata.uid

describe('a template that starts', () => {
  test('is said to start with its engine, and all objects of the rehearsal are gone', async () => {
    await using stage = await served({ kind: 'ready', log: '* Redis version=7.2.16, bits=64, pid=1, just started' })
    const uid = redisUid(stage)
    const { result, notes } = await rehearsing(stage, changed)
    expect(result).toEqual({ kind: 'rehearsed', engine: { name: 'redis', version: [7, 2] } })
    expect(notes).toEqual([])
    expect(left(stage)).toEqual([])
    expect(redisUid(stage)).toBe(uid)
  })

  test('runs with the planned configuration, a password of its own, and without labels of Redis', async () => {
    await using stage = await served({ kind: 'ready' })
    let objects: (KubernetesObject | undefined)[] = []
    await rehearsing(stage, changed, {
      onLog: () => {
        objects = kinds.map((kind) => stage.api.read(kind, namespace, 'redis-rehearsal'))
      }
    })
    const [pod, configMap, secret] = objects
    expect(textAt(configMap, 'data', 'redis-config.maxmemory.conf')).toBe('maxmemory 200mb\n')
    const real = stage.api.read('Secret', namespace, 'redis-credentials')
    expect(Object.keys(Object(at(secret, 'data')))).toEqual(
      ['host', 'port', 'password', 'url'].map((key) => `redis-credentials.${key}`)
    )
    const password = textAt(real, 'data', 'password') ?? ''
    expect(textAt(secret, 'data', 'redis-credentials.password')).not.toBe(password)
    expect(JSON.stringify(secret)).not.toContain(password)
    expect(pod?.metadata.labels).toEqual({
      'app.kubernetes.io/name': 'redis-rehearsal',
      'app.kubernetes.io/managed-by': 'redis-cache-action'
    })
    expect(listAt(pod, 'spec', 'volumes')).toContainEqual({ name: 'data', emptyDir: {} })
    for (const object of [pod, configMap, secret]) {
      expect(object?.metadata['ownerReferences']).toEqual([
        { apiVersion: 'v1', kind: 'Pod', name: 'redis-0', uid: redisUid(stage), controller: true }
      ])
    }
  })
})

const failures: [string, PodBehaviour, string, RegExp][] = [
  ['without its image', { kind: 'image-missing' }, 'image-pull', /of container redis cannot be pulled/],
  ['that ends again and again', { kind: 'crash-loop', log: 'Bad directive' }, 'crash-loop', /exited with code 1/],
  ['that runs out of memory', { kind: 'oom-killed' }, 'oom-killed', /more memory than its limit/],
  ['without a key of its Secret', { kind: 'config-error' }, 'config-error', /cannot be configured/],
  [
    'that no node may take',
    { kind: 'unschedulable', message: "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector." },
    'unschedulable',
    /cannot be scheduled/
  ]
]

describe('a template that does not start', () => {
  test.each(failures)('%s is refused as by a rollout, with redis-0 as it was', async (_name, behaviour, code, says) => {
    await using stage = await served(behaviour)
    const uid = redisUid(stage)
    const { failure } = await rehearsing(stage, changed)
    expect(failure).toMatchObject({ code, message: expect.stringMatching(says) })
    expect(failure?.message).toMatch(/^the rehearsal of the new template failed: pod redis-rehearsal: /)
    expect(failure?.message).toMatch(/; redis-0 was not touched and still serves$/)
    expect(failure?.hint).not.toContain('redis-rehearsal')
    expect(failure?.evidence.map(({ title }) => title)).toContain('Events')
    expect(left(stage)).toEqual([])
    expect(redisUid(stage)).toBe(uid)
  })

  test('is refused before its pod is made, if the cluster does not admit it', async () => {
    await using stage = await served({ kind: 'ready' })
    const message = 'pods "redis-rehearsal" is forbidden: violates PodSecurity "restricted:latest": privileged'
    refuse(stage, message)
    const { failure } = await rehearsing(stage, changed)
    expect(failure).toMatchObject({
      code: 'invalid-manifest',
      message: expect.stringContaining('violates PodSecurity')
    })
    expect(
      stage.api.requests.some(({ path, method }) => method === 'PATCH' && path.endsWith('secrets/redis-rehearsal'))
    ).toBe(false)
    expect(left(stage)).toEqual([])
  })
})

/** Answers the first apply of the pod, which is a dry run, with a refusal. */
function refuse({ api }: Scene, message: string, status = 403): void {
  api.fault({
    method: 'PATCH',
    path: /\/pods\/redis-rehearsal$/,
    reply: { status, body: { kind: 'Status', status: 'Failure', code: status, reason: 'Forbidden', message } }
  })
}

const quota = (limit: string) =>
  'pods "redis-rehearsal" is forbidden: exceeded quota: small, requested: requests.memory=544Mi, ' +
  `used: requests.memory=544Mi, limited: requests.memory=${limit}`

describe('a quota', () => {
  test('without room for two pods, but for one, is told, and nothing is known of the template', async () => {
    await using stage = await served({ kind: 'ready' })
    refuse(stage, quota('600Mi'))
    const { result } = await rehearsing(stage, changed)
    expect(result).toEqual({
      kind: 'skipped',
      because: 'quota small has no room for a second pod beside redis-0'
    })
  })

  test('without room for the new pod alone refuses it', async () => {
    await using stage = await served({ kind: 'ready' })
    refuse(stage, quota('500Mi'))
    const { failure } = await rehearsing(stage, changed)
    expect(failure).toMatchObject({
      code: 'quota-exceeded',
      message: expect.stringContaining('no room for the new pod even when redis-0 is gone: requests.memory: 544Mi')
    })
  })
})

describe('nothing is known of the template', () => {
  test('where no node has room for a second pod', async () => {
    const message =
      '0/1 nodes are available: 1 Insufficient memory. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.'
    await using stage = await served({ kind: 'unschedulable', message })
    const { result, milliseconds } = await rehearsing(stage, changed)
    expect(result).toMatchObject({ kind: 'skipped', because: expect.stringContaining('Insufficient memory') })
    expect(milliseconds).toBeLessThan(30_000)
    expect(left(stage)).toEqual([])
  })

  test('where the right to make it is missing, with the rule to add', async () => {
    await using stage = await served({ kind: 'ready' })
    const message =
      'pods "redis-rehearsal" is forbidden: User "deployer" cannot patch resource "pods" in API group "" in the ' +
      'namespace "default"'
    refuse(stage, message)
    const { result, notes } = await rehearsing(stage, changed)
    expect(result).toEqual({
      kind: 'skipped',
      because:
        'the right to patch Pod/redis-rehearsal is missing: give deployer this rule: `- {apiGroups: [""], resources: ' +
        '[pods, configmaps, secrets], resourceNames: [redis-rehearsal], verbs: [get, create, patch, delete]}`'
    })
    expect(notes).toEqual([])
  })

  test('where the template has what only one pod can have', async () => {
    const bound = edited(changed, (text) =>
      text.replace('containerPort: 6379', 'containerPort: 6379\n          hostPort: 6379')
    )
    await using stage = await served({ kind: 'ready' })
    const { result } = await rehearsing(stage, bound)
    expect(result).toEqual({
      kind: 'skipped',
      because: 'container redis has hostPort 6379, which a second pod beside redis-0 cannot have'
    })
  })

  test('where an object of that name is of somebody else, which is kept', async () => {
    await using stage = await served({ kind: 'ready' })
    stage.api.seed({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'redis-rehearsal', namespace } })
    const { result } = await rehearsing(stage, changed)
    expect(result).toMatchObject({
      kind: 'skipped',
      because: expect.stringContaining('ConfigMap/redis-rehearsal was not made by this action')
    })
    expect(left(stage)).toEqual(['ConfigMap'])
  })
})

describe('a run that ends during the rehearsal', () => {
  test('removes its objects, if it is cancelled', async () => {
    await using stage = await served({ kind: 'never-ready' })
    const { cancel } = stage.access
    const run = rehearsing(stage, changed, {
      onLog: (line) => {
        if (line.includes('startup probe')) cancel.abort(new Error('cancelled'))
      }
    })
    await expect(run).rejects.toThrow('cancelled')
    expect(left(stage)).toEqual([])
  })

  test('leaves its pod to the next run, if it is killed', async () => {
    await using stage = await served({ kind: 'ready' })
    const metadata = { name: 'redis-rehearsal', namespace, annotations: { 'redis-cache-action/run': 'another' } }
    const spec = { containers: [{ name: 'redis', image: 'redis' }] }
    stage.api.seed({ apiVersion: 'v1', kind: 'Pod', metadata, spec, status: { phase: 'Running' } })
    const { result, log } = await rehearsing(stage, changed)
    expect(result).toMatchObject({ kind: 'rehearsed' })
    expect(log).toContain('removing Pod/redis-rehearsal, which another run has left behind')
    expect(left(stage)).toEqual([])
  })
})
