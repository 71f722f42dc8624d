import { beforeAll, describe, expect, test } from '@jest/globals'
import { Failure } from '../../src/core/failure.ts'
import { at, textAt } from '../../src/core/kubernetes/object.ts'
import type { ManifestDocument } from '../../src/core/manifest.ts'
import type { FaultReply, PodBehaviour } from '../support/kubernetes-api/server.ts'
import { documentsFor, edited, namespace } from './rendering.ts'
import { change, recovering, rolling, type Scene, scene } from './rolling.ts'

let documents: ManifestDocument[]
let changed: ManifestDocument[]

beforeAll(async () => {
  documents = await documentsFor()
  changed = edited(documents, (text) => text.replace('maxmemory 256mb', 'maxmemory 200mb'))
})

const updateRevision = ({ api }: { api: { read: (...place: [string, string, string]) => unknown } }) =>
  textAt(api.read('StatefulSet', namespace, 'redis'), 'status', 'updateRevision')

const deletions = ({ api }: Scene) => api.requests.filter(({ method }) => method === 'DELETE')

describe('a pod that becomes Ready', () => {
  test('succeeds with its revision and a log line for each step', async () => {
    await using stage = await scene(documents, [{ kind: 'ready' }], { startMs: 150 })
    const { result, log } = await rolling(stage)
    expect(result).toBe(updateRevision(stage))
    expect(log.length).toBeGreaterThan(1)
    expect(log.every((line, index) => line !== log[index - 1])).toBe(true)
    expect(log.at(-1)).toMatch(/^waiting for container \w+ to (start|pass its startup probe)$/)
  })

  test('succeeds without waiting if it is Ready already', async () => {
    await using stage = await scene(documents, [{ kind: 'ready' }])
    const first = await rolling(stage)
    await change(stage, documents)
    const second = await rolling(stage)
    expect(second).toMatchObject({ result: first.result, log: [] })
  })

  test('succeeds in place of an older revision', async () => {
    await using stage = await scene(documents, [{ kind: 'ready' }], { startMs: 400 })
    const first = await rolling(stage)
    await change(stage, changed)
    const { result, log } = await rolling(stage)
    expect(result).toBe(updateRevision(stage))
    expect(result).not.toBe(first.result)
    expect(log).toContain('waiting for the old pod redis-0 to terminate')
    const pod = stage.api.read('Pod', namespace, 'redis-0')
    expect(pod?.metadata.labels?.['controller-revision-hash']).toBe(result)
  })

  test('succeeds after a Secret arrives late', async () => {
    await using stage = await scene(documents, [{ kind: 'ready' }], { speed: 10 })
    const secret = stage.api.read('Secret', namespace, 'redis-credentials')
    if (secret === undefined) throw new Error('no Secret')
    stage.api.remove('Secret', namespace, 'redis-credentials')
    let missed = 0
    const { failure } = await rolling(stage, undefined, (line) => {
      if (!line.includes('secret "redis-credentials" not found')) return
      missed += 1
      stage.api.seed(secret)
    })
    expect(failure).toBeUndefined()
    expect(missed).toBe(1)
  })
})

describe('a broken pod of an older revision', () => {
  test('is reported with the command to delete it, and the rollout continues after that', async () => {
    await using stage = await scene(documents, [{ kind: 'image-missing' }, { kind: 'ready' }])
    expect((await rolling(stage)).failure?.code).toBe('image-pull')
    await change(stage, changed)
    const { failure, milliseconds } = await rolling(stage)
    expect(failure).toMatchObject({
      code: 'stuck-revision',
      message: expect.stringMatching(
        /^pod redis-0 of the old revision \S+ is broken, and the StatefulSet .*#67250.*redis:\S+ of container redis cannot/
      ),
      hint: 'delete the broken pod and run again: `kubectl -n default delete pod redis-0`'
    })
    expect(milliseconds).toBeGreaterThanOrEqual(5_000)
    stage.api.remove('Pod', namespace, 'redis-0')
    expect((await rolling(stage)).result).toBe(updateRevision(stage))
  })
})

describe('a pod of an older revision that is not Ready', () => {
  test('is reported with the command to delete it, and the rollout continues after that', async () => {
    const typo = { kind: 'never-ready', probe: 'Readiness', output: 'cat: /etc/typo: No such file' } as const
    await using stage = await scene(documents, [typo, { kind: 'ready' }])
    expect((await rolling(stage, 10_000)).failure?.code).toBe('probe-failing')
    await change(stage, changed)
    const { failure, log } = await rolling(stage, 10_000)
    expect(failure).toMatchObject({
      code: 'stuck-revision',
      message: expect.stringMatching(
        /^after 10\.0 s still waiting for pod redis-0 of the old .*#67250.*: cat: \/etc\/typo/
      ),
      hint: expect.stringContaining('delete the pod and run again: `kubectl -n default delete pod redis-0`')
    })
    expect(log.at(-1)).toMatch(/^waiting for pod redis-0 of the old revision \S+ to be Ready/)
    stage.api.remove('Pod', namespace, 'redis-0')
    expect((await rolling(stage)).result).toBe(updateRevision(stage))
  })
})

describe('recover: delete-stuck-pod', () => {
  const typo = { kind: 'never-ready', probe: 'Readiness', output: 'cat: /etc/typo: No such file' } as const

  test.each<[string, PodBehaviour, string, number]>([
    ['has no image', { kind: 'image-missing' }, 'image-pull', 300_000],
    ['crashes', { kind: 'crash-loop' }, 'crash-loop', 300_000],
    ['lacks a Secret', { kind: 'config-error' }, 'config-error', 300_000],
    ['was never Ready', typo, 'probe-failing', 10_000]
  ])('replaces a pod that %s in the next run, as the failure says', async (_, behaviour, code, timeout) => {
    await using stage = await scene(documents, [behaviour, { kind: 'ready' }])
    const { failure } = await recovering(stage, timeout)
    expect(failure).toMatchObject({ code, hint: expect.stringContaining('the next run replaces pod redis-0') })
    await change(stage, changed)
    const { result, log } = await recovering(stage)
    expect(result).toBe(updateRevision(stage))
    expect(log).toContainEqual(expect.stringMatching(/^deleted pod redis-0 of revision redis-\w+, so that/))
    expect(deletions(stage)).toHaveLength(1)
  })

  test('gives a pod its grace period, and deletes only the pod that was seen', async () => {
    await using stage = await scene(documents, [{ kind: 'image-missing' }], { startMs: 60_000 })
    const { cluster, clock, cancel } = stage.access
    const seen = async () => {
      for (;;) {
        const pod = stage.api.read('Pod', namespace, 'redis-0')
        if (at(pod, 'spec', 'nodeName') !== undefined && pod !== undefined) return pod
        await clock.sleep(50, cancel.signal)
      }
    }
    const pod = await seen()
    const other = { ...pod, metadata: { ...pod.metadata, uid: '00000000-0000-4000-8000-000000000000' } }
    expect(await cluster.delete(other, namespace)).toBe(false)
    expect(stage.api.read('Pod', namespace, 'redis-0')?.metadata).not.toHaveProperty('deletionTimestamp')
    expect(await cluster.delete(pod, namespace)).toBe(true)
    expect(stage.api.read('Pod', namespace, 'redis-0')?.metadata).toMatchObject({ deletionGracePeriodSeconds: 60 })
  })

  test('waits for a pod that loads its data', async () => {
    const output = 'LOADING Redis is loading the dataset in memory'
    await using stage = await scene(documents, [{ kind: 'never-ready', output }], { speed: 10 })
    expect((await recovering(stage, 30_000)).failure?.code).toBe('redis-loading')
    await change(stage, changed)
    expect((await recovering(stage, 30_000)).failure?.code).toBe('redis-loading')
    expect(deletions(stage)).toEqual([])
  })

  test('names the missing rule and the command without the permission to delete', async () => {
    await using stage = await scene(documents, [{ kind: 'image-missing' }, { kind: 'ready' }])
    await recovering(stage)
    await change(stage, changed)
    const message =
      'pods "redis-0" is forbidden: User "deployer" cannot delete resource "pods" in API group "" in the namespace ' +
      '"default"'
    const body = { kind: 'Status', message, code: 403, reason: 'Forbidden' }
    stage.api.fault({ method: 'DELETE', path: /pods\/redis-0$/, reply: { status: 403, body }, times: 1_000 })
    const { failure } = await recovering(stage)
    expect(failure).toMatchObject({
      code: 'stuck-revision',
      message: expect.stringContaining(
        '; the pod could not be deleted: cannot delete Pod/redis-0 in namespace default'
      ),
      hint: expect.stringMatching(
        /manifests\/rbac .*`- \{apiGroups: \[""\], resources: \[pods\], resourceNames: \["redis-0"\], verbs: \[delete\]\}`; or delete .*`kubectl -n default delete pod redis-0`$/
      )
    })
    expect(deletions(stage)).toHaveLength(1)
  })
})

test('ignores a foreign pod with the labels of Redis', async () => {
  await using stage = await scene(documents, [{ kind: 'ready' }])
  const labels = stage.api.read('StatefulSet', namespace, 'redis')?.metadata.labels ?? {}
  const metadata = { name: 'redis-backup-28913-x', namespace, labels }
  stage.api.seed({ apiVersion: 'v1', kind: 'Pod', metadata, spec: {}, status: { phase: 'Succeeded' } })
  expect((await rolling(stage)).result).toBe(updateRevision(stage))
})

describe('a faulty API server', () => {
  const lists = /\/namespaces\/default\/pods$/
  const refusal = (code: number, message: string): FaultReply => ({
    status: code,
    body: { kind: 'Status', message, code }
  })

  test.each<[string, FaultReply]>([
    ['breaks a connection', 'reset'],
    ['is busy', refusal(503, 'the server is starting')],
    ['is slow', { delayMs: 50 }]
  ])('does not stop the rollout if it %s once', async (_situation, reply) => {
    await using stage = await scene(documents, [{ kind: 'ready' }])
    stage.api.fault({ path: lists, reply })
    expect((await rolling(stage)).failure).toBeUndefined()
  })

  test('fails the rollout if it refuses to list pods', async () => {
    await using stage = await scene(documents, [{ kind: 'ready' }])
    const message = 'pods is forbidden: User "deployer" cannot list resource "pods"'
    stage.api.fault({ path: lists, reply: refusal(403, message), times: 1000 })
    expect((await rolling(stage)).failure).toMatchObject({
      code: 'forbidden',
      message: `cannot watch StatefulSet/redis in namespace default: ${message}`,
      hint: expect.stringContaining('manifests/rbac')
    })
  })

  test('fails the rollout if it never returns', async () => {
    await using stage = await scene(documents, [{ kind: 'never-ready' }])
    const closed: Promise<void>[] = []
    const { failure } = await rolling(stage, 300_000, () => closed.push(stage.api.close()))
    await Promise.all(closed)
    expect(failure).toMatchObject({
      code: 'cluster-unreachable',
      message: expect.stringMatching(/^the API server cannot be reached: 127\.0\.0\.1:\d+: /)
    })
  })
})

describe('a StatefulSet deleted by another client', () => {
  test('is awaited until the timeout and named', async () => {
    await using stage = await scene(documents, [{ kind: 'never-ready' }])
    stage.api.remove('StatefulSet', namespace, 'redis')
    const { failure } = await rolling(stage, 10_000)
    expect(failure).toMatchObject({
      code: 'rollout-timeout',
      message: 'after 10.0 s still waiting for StatefulSet/redis to be recreated after another client deleted it'
    })
  })
})

test('ends at once when cancelled', async () => {
  await using stage = await scene(documents, [{ kind: 'never-ready' }], { speed: 1 })
  const cancelled = new Failure('cancelled', 'the run was cancelled', 'run again')
  const { failure } = await rolling(stage, 300_000, (line) => {
    if (line.includes('startup probe')) stage.access.cancel.abort(cancelled)
  })
  expect(failure).toBe(cancelled)
})
