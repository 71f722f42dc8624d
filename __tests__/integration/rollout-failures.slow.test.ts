import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { listAt } from '../../src/core/kubernetes/object.ts'
import type { ManifestDocument } from '../../src/core/manifest.ts'
import type { FaultReply } from '../support/kubernetes-api/server.ts'
import { documentsFor, edited, namespace } from './rendering.ts'
import { evidenceOf, rolling, scene } from './rolling.ts'

let documents: ManifestDocument[]

beforeAll(async () => {
  documents = await documentsFor()
})

describe('an image', () => {
  const image = 'docker.io/library/redis:7.2.16-alpine'

  test('that does not exist fails at once with root cause and events', async () => {
    await using stage = await scene(documents, [{ kind: 'image-missing' }])
    const run = await rolling(stage)
    expect(run.failure).toMatchObject({
      code: 'image-pull',
      message: `the image ${image} of container redis cannot be pulled: ${image}: not found`,
      hint: expect.stringContaining('set redis-image or exporter-image')
    })
    expect(evidenceOf(run, 'Containers of redis-0')).toMatch(
      /^metrics: .*\nredis: waiting \((ErrImagePull|ImagePullBackOff): .*\), 0 restarts$/
    )
    expect(evidenceOf(run, 'Events')).toContain(`Warning Failed: Failed to pull image "${image}"`)
  })

  test('that the nodes must not pull fails with a hint to the credentials', async () => {
    await using stage = await scene(documents, [{ kind: 'image-denied', container: 'metrics' }])
    const { failure } = await rolling(stage)
    expect(failure).toMatchObject({ code: 'image-pull', hint: expect.stringContaining('imagePullSecrets') })
    expect(failure?.message).toMatch(/redis_exporter:\S+ of container metrics cannot be pulled: pull access denied/)
  })

  test('from an unreachable registry gets 5 s', async () => {
    const message = `failed to pull and unpack image "${image}": failed to do request: dial tcp: i/o timeout`
    await using stage = await scene(documents, [{ kind: 'image-missing', message }])
    const { failure, milliseconds } = await rolling(stage)
    expect(failure?.message).toMatch(/cannot be pulled: dial tcp: i\/o timeout \(seen for \d+\.\d s\)$/)
    expect(milliseconds).toBeGreaterThanOrEqual(5_000)
  })

  test.each([
    ['429 Too Many Requests', 'log in to the registry'],
    ['503 Service Unavailable', 'when the registry has recovered']
  ])('from a registry that replies %s gets a minute', async (status, hint) => {
    const message = `failed to resolve image: unexpected status from HEAD request to https://registry/v2/: ${status}`
    await using stage = await scene(documents, [{ kind: 'image-missing', message }])
    const { failure, milliseconds } = await rolling(stage)
    expect(failure).toMatchObject({
      code: 'image-pull',
      message: expect.stringMatching(new RegExp(`${status} \\(seen for 1 min`)),
      hint: expect.stringContaining(hint)
    })
    expect(milliseconds).toBeGreaterThanOrEqual(60_000)
  })
})

describe('a container', () => {
  test('that exits right after its start fails with its log before the restart', async () => {
    const previousLog = '*** FATAL CONFIG FILE ERROR ***\nBad directive ::error::or ##[group]wrong\n'
    await using stage = await scene(documents, [{ kind: 'crash-loop', exitCode: 3, log: 'again\n', previousLog }])
    const run = await rolling(stage)
    expect(run.failure).toMatchObject({
      code: 'crash-loop',
      message: expect.stringMatching(/^container redis exited with code 3 right after starting \(\d(nd|rd) time\)$/),
      hint: expect.stringMatching(/^correct the redis.conf line.*`kubectl -n default logs redis-0 -c redis --previous`/)
    })
    expect(evidenceOf(run, 'Last lines of container redis, before its restart')).toBe(previousLog)
    expect(evidenceOf(run, 'Containers of redis-0')).toMatch(/redis: .*, \d restarts?; before: Error, exit code 3/)
  })

  test('that exceeds its memory limit fails', async () => {
    await using stage = await scene(documents, [{ kind: 'oom-killed' }])
    expect((await rolling(stage)).failure).toMatchObject({
      code: 'oom-killed',
      message: 'container redis was killed because it used more memory than its limit of 512Mi',
      hint: expect.stringContaining('raise memory-limit')
    })
  })

  test('that needs a missing key of a Secret gets 5 s, because Secrets reach nodes late', async () => {
    const message = "couldn't find key token in Secret default/redis-credentials"
    await using stage = await scene(documents, [{ kind: 'config-error', message, container: 'metrics' }])
    const { failure, milliseconds } = await rolling(stage)
    expect(failure?.code).toBe('config-error')
    expect(failure?.message).toMatch(/^container metrics cannot be configured: couldn't find key token in Secret/)
    expect(failure?.hint).toContain('kubectl -n default get secrets,configmaps')
    expect(milliseconds).toBeGreaterThanOrEqual(5_000)
  })

  test('whose probe never passes fails at the timeout with the output of the probe', async () => {
    const behaviour = {
      kind: 'never-ready',
      output: 'ERR Protocol error',
      log: 'Ready to accept\n'
    } as const
    await using stage = await scene(documents, [behaviour], { speed: 5 })
    const run = await rolling(stage, 10_000)
    expect(run.failure).toMatchObject({
      code: 'probe-failing',
      message:
        'after 10.0 s still waiting for container redis to pass its startup probe: ' +
        'Startup probe failed: ERR Protocol error',
      hint:
        'correct the probe or what it checks; once that is corrected, run again, then delete the pod (recover is none): ' +
        '`kubectl -n default delete pod redis-0`'
    })
    expect(evidenceOf(run, 'Last lines of container redis')).toBe('Ready to accept\n')
    expect(evidenceOf(run, 'Events')).toMatch(/Warning Unhealthy \(\d+ times\): Startup probe failed/)
    expect(run.log.at(-1)).toBe('waiting for container redis to pass its startup probe')
  })

  test.each([
    ['refuses the password', 'redis-auth', 'NOAUTH Authentication required.'],
    ['cannot save', 'persistence-failing', 'MISCONF Redis is configured to save RDB snapshots, but cannot']
  ])('whose probe reports that Redis %s gets 5 s', async (_situation, code, output) => {
    await using stage = await scene(documents, [{ kind: 'never-ready', output }])
    const { failure, milliseconds } = await rolling(stage)
    expect(failure).toMatchObject({
      code,
      message: expect.stringContaining(`Startup probe failed: ${output} (seen for`)
    })
    expect(milliseconds).toBeGreaterThanOrEqual(5_000)
  })

  test('that never becomes ready fails', async () => {
    await using stage = await scene(documents, [{ kind: 'never-ready', probe: 'Readiness', output: 'no route' }], {
      speed: 5
    })
    expect((await rolling(stage, 10_000)).failure).toMatchObject({
      code: 'probe-failing',
      message: 'after 10.0 s still waiting for container redis to be ready: Readiness probe failed: no route'
    })
  })

  test('that loads its data is awaited until the timeout', async () => {
    const output = 'LOADING Redis is loading the dataset in memory'
    await using stage = await scene(documents, [{ kind: 'never-ready', output }])
    expect((await rolling(stage, 10_000)).failure).toMatchObject({
      code: 'redis-loading',
      message: `after 10.0 s still waiting for container redis to pass its startup probe: Startup probe failed: ${output}`,
      hint: 'watch it: `kubectl -n default logs redis-0 -c redis --follow`; then raise timeout'
    })
  })

  test('that is only slow fails at the timeout with what was awaited', async () => {
    await using stage = await scene(documents, [{ kind: 'ready' }], { startMs: 10_000 })
    expect((await rolling(stage, 5_000)).failure).toMatchObject({
      code: 'rollout-timeout',
      message: 'after 5.0 s still waiting for container metrics to start',
      hint: 'see the evidence; if it was just slow, raise timeout'
    })
  })
})

describe('an unreadable log', () => {
  const log = /\/pods\/redis-0\/log$/
  const crashing = { kind: 'crash-loop', log: 'x\n' } as const

  // The API server asks the kubelet, which may be out of its reach while everything else works.
  test.each<FaultReply>(['reset', 'hang'])('does not hide or delay the failure: %s', async (reply) => {
    await using stage = await scene(documents, [crashing], { speed: 10 })
    stage.api.fault({ path: log, reply, times: 1_000 })
    const run = await rolling(stage)
    expect(run.failure?.code).toBe('crash-loop')
    expect(evidenceOf(run, 'No log of container redis')).toMatch(/^no answer within 2\.5 s: .*kubelet/)
    const asked = () => stage.api.requests.filter(({ path }) => log.test(path)).length
    const before = asked()
    await sleep(600)
    expect(asked()).toBe(before)
  })

  test('does not hide the missing permission', async () => {
    await using stage = await scene(documents, [crashing])
    const message =
      'pods "redis-0" is forbidden: User "deployer" cannot get resource "pods/log" in API group "" in the namespace ' +
      '"default"'
    const body = { kind: 'Status', message, code: 403, reason: 'Forbidden' }
    stage.api.fault({ path: log, reply: { status: 403, body }, times: 1_000 })
    const run = await rolling(stage)
    expect(run.failure?.code).toBe('crash-loop')
    expect(evidenceOf(run, 'No log of container redis')).toMatch(
      /^cannot read the log of Pod\/redis-0 in namespace default: .*\n.*manifests\/rbac.*resources: \[pods\/log\]/
    )
    expect(stage.api.requests.filter(({ path }) => log.test(path))).toHaveLength(1)
  })
})

describe('a volume', () => {
  test('of a missing ConfigMap fails', async () => {
    const without = documents.filter(({ object }) => object.kind !== 'ConfigMap')
    await using stage = await scene(without, [{ kind: 'ready' }])
    const { failure } = await rolling(stage)
    expect(failure?.code).toBe('config-error')
    expect(failure?.message).toMatch(/^a volume of pod redis-0 cannot be mounted: .*configmap "redis-config" not found/)
  })

  test('without a storage class fails', async () => {
    const message = '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.'
    await using stage = await scene(documents, [{ kind: 'volume-pending', message }], { speed: 50 })
    const { failure, milliseconds } = await rolling(stage)
    expect(failure?.code).toBe('volume-pending')
    expect(failure?.message).toMatch(
      /^claim data-redis-0 has no volume: storageclass\.storage\.k8s\.io "standard" not found/
    )
    expect(failure?.hint).toContain('kubectl -n default delete statefulset/redis pvc/data-redis-0')
    expect(milliseconds).toBeGreaterThanOrEqual(5_000)
    expect(milliseconds).toBeLessThan(45_000)
  })
})

describe('a pod', () => {
  test('that fits on no node gets 45 s', async () => {
    await using stage = await scene(documents, [{ kind: 'unschedulable' }], { speed: 50 })
    const { failure, log, milliseconds } = await rolling(stage)
    expect(failure?.code).toBe('unschedulable')
    expect(failure?.message).toMatch(
      /^pod redis-0 cannot be scheduled: 0\/1 nodes .*Insufficient cpu.*\(seen for (?:4[5-9]|5\d|1 min)/
    )
    expect(failure?.hint).toContain('add a node')
    expect(milliseconds).toBeGreaterThanOrEqual(45_000)
    expect(log.filter((line) => line.includes('cannot be scheduled'))).toHaveLength(1)
  })

  test('that fits on no node is awaited until the timeout while an autoscaler adds one', async () => {
    await using stage = await scene(documents, [{ kind: 'unschedulable' }], { speed: 50 })
    const scalesUp = setInterval(() => {
      const pod = stage.api.read('Pod', namespace, 'redis-0')
      if (pod === undefined) return
      clearInterval(scalesUp)
      const involvedObject = { kind: 'Pod', namespace, name: 'redis-0', uid: pod.metadata.uid }
      const event = { reason: 'TriggeredScaleUp', message: 'pod triggered scale-up', type: 'Normal', involvedObject }
      stage.api.seed({ apiVersion: 'v1', kind: 'Event', metadata: { name: 'scale-up', namespace }, ...event })
    }, 5)
    const { failure, milliseconds } = await rolling(stage, 60_000)
    expect(failure?.code).toBe('unschedulable')
    expect(milliseconds).toBeGreaterThanOrEqual(60_000)
  })

  test('that a quota rejects fails', async () => {
    await using stage = await scene(documents, [{ kind: 'refused' }])
    expect((await rolling(stage)).failure).toMatchObject({
      code: 'quota-exceeded',
      message: expect.stringMatching(/^pod redis-0 is not created: Create Pod redis-0 .*exceeded quota: pods/),
      hint: expect.stringMatching(/^compare with `kubectl -n default describe resourcequota`; there is no redis-0 /)
    })
  })

  test('that admission rejects fails', async () => {
    const message = 'pods "redis-0" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true'
    await using stage = await scene(documents, [{ kind: 'refused', message }])
    const run = await rolling(stage)
    expect(run.failure).toMatchObject({
      code: 'invalid-manifest',
      message: expect.stringContaining('violates PodSecurity "restricted:latest"'),
      hint: expect.stringMatching(/^correct the pod template so that the cluster admits the pod; there is no redis-0 /)
    })
    expect(evidenceOf(run, 'Events')).toContain('Warning FailedCreate')
  })

  test('with a missing service account fails', async () => {
    const account = (text: string) => text.replace('enableServiceLinks: false', '$&\n      serviceAccountName: absent')
    await using stage = await scene(edited(documents, account), [{ kind: 'ready' }])
    expect((await rolling(stage)).failure).toMatchObject({
      code: 'invalid-manifest',
      message: expect.stringContaining('serviceaccount "absent" not found')
    })
  })
})

describe('a redis-0 that somebody changed', () => {
  /** A deployment that runs, and its pod, to be changed. */
  async function deployed() {
    const stage = await scene(documents, [{ kind: 'ready' }])
    const { failure } = await rolling(stage)
    if (failure !== undefined) throw failure
    const pod = structuredClone(stage.api.read('Pod', namespace, 'redis-0'))
    if (pod === undefined) throw new Error('there is no redis-0')
    return { stage, pod }
  }

  test('has another image than its template: drift at once, with its manager', async () => {
    const { stage, pod } = await deployed()
    await using _ = stage
    Reflect.set(Object(listAt(pod, 'spec', 'containers')[0]), 'image', 'docker.io/library/redis:6')
    stage.api.seed(pod, { fieldManager: 'kubectl-set' })
    const { failure } = await rolling(stage)
    expect(failure).toMatchObject({
      code: 'config-drift',
      message: expect.stringMatching(/^pod redis-0 is not what its template says: .*\(written by kubectl-set at /),
      hint: expect.stringContaining(`\`kubectl -n ${namespace} delete pod redis-0\``)
    })
  })

  test('lost the label of the selector: it is in the way, after seconds', async () => {
    const { stage, pod } = await deployed()
    await using _ = stage
    const { ownerReferences: _owners, ...metadata } = pod.metadata
    const unlabelled = { ...metadata, labels: { 'statefulset.kubernetes.io/pod-name': 'redis-0' } }
    stage.api.seed({ ...pod, metadata: unlabelled }, { fieldManager: 'kubectl-label' })
    const { failure } = await rolling(stage)
    expect(failure).toMatchObject({
      code: 'stuck-revision',
      message: expect.stringContaining('a pod redis-0 is in the way: it lacks the label app.kubernetes.io/name=redis'),
      hint: expect.stringContaining(
        `\`kubectl -n ${namespace} label pod redis-0 app.kubernetes.io/name=redis --overwrite\``
      )
    })
  })
})
