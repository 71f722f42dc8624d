import { describe, expect, test } from '@jest/globals'
import { podCreationProblem, podProblem } from '../../../../src/phases/rollout/pod-problem.ts'
import { event, pod, running, snapshot, statefulSet, waiting } from './shapes.ts'

const noCpu =
  '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: ' +
  '1 Preemption is not helpful for scheduling.'
const creation = 'Create Pod redis-0 in StatefulSet redis failed error: pods "redis-0" is forbidden: '

describe('a pod that the controller cannot create', () => {
  test.each([
    [
      'quota',
      'exceeded quota: small, requested: pods=1, used: pods=0, limited: pods=0',
      'quota-exceeded',
      'compare with `kubectl -n team describe resourcequota`'
    ],
    [
      'admission refuses the pod: Pod Security',
      'violates PodSecurity "baseline:latest": privileged (container "redis" must not set securityContext.privileged=true)',
      'invalid-manifest',
      'correct the pod template so that the cluster admits the pod'
    ],
    [
      'admission refuses the pod: LimitRange',
      'maximum memory usage per Container is 2Gi, but limit is 3Gi',
      'invalid-manifest',
      'correct the pod template so that the cluster admits the pod'
    ]
  ])('is reported: %s', (_, reason, code, hint) => {
    const events = [event(statefulSet(), 'FailedCreate', creation + reason, { count: 14 })]
    expect(podCreationProblem(snapshot({ pods: [], events }))).toEqual({
      code,
      sentence: `pod redis-0 is not created: ${creation}${reason}`,
      hint: `${hint}; there is no redis-0 until then: if there was one, deploying the earlier manifests brings it back`,
      toleranceMilliseconds: 3_000
    })
  })

  test.each([
    ['no event', []],
    [
      'an event of an earlier StatefulSet of the same name',
      [event({ ...statefulSet(), metadata: { name: 'redis', uid: 'old' } }, 'FailedCreate', 'x')]
    ],
    [
      'an event that is over: the pod was created since',
      [
        event(statefulSet(), 'SuccessfulCreate', 'create Pod redis-0', { lastTimestamp: '2026-11-23T05:40:00Z' }),
        event(statefulSet(), 'FailedCreate', 'exceeded quota', { count: 14 })
      ]
    ],
    ['a normal event', [event(statefulSet(), 'SuccessfulCreate', 'create Pod redis-0 in StatefulSet redis successful')]]
  ])('is not reported for %s', (_, events) => {
    expect(podCreationProblem(snapshot({ pods: [], events }))).toBeUndefined()
  })
})

describe('a pod that is not scheduled', () => {
  test.each([
    ['unschedulable for CPU', noCpu, 'unschedulable', 'request less in the pod template'],
    ['unschedulable for memory', noCpu.replace('cpu', 'memory'), 'unschedulable', 'request less with memory-limit'],
    [
      'unschedulable for a taint',
      '0/3 nodes are available: 3 node(s) had untolerated taint {dedicated: gpu}.',
      'unschedulable',
      'add a toleration'
    ],
    [
      'claim pending',
      '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found',
      'volume-pending',
      '`kubectl -n team describe pvc data-redis-0`'
    ],
    [
      'claim missing',
      '0/1 nodes are available: persistentvolumeclaim "data-redis-0" not found.',
      'volume-pending',
      'describe pvc data-redis-0'
    ],
    [
      'volume in another zone',
      '0/3 nodes are available: 3 node(s) had volume node affinity conflict.',
      'volume-pending',
      'describe pvc data-redis-0'
    ]
  ])('is reported: %s', (_, message, code, hint) => {
    const waitingPod = pod({ unschedulable: message })
    expect(podProblem(waitingPod, snapshot({ pods: [waitingPod] }))).toEqual({
      code,
      sentence: `pod redis-0 cannot be scheduled: ${message}`,
      hint: expect.stringContaining(hint),
      toleranceMilliseconds: 45_000
    })
  })

  test('is tolerated until the deadline while an autoscaler adds a node', () => {
    const waitingPod = pod({ unschedulable: noCpu })
    const scaling = event(waitingPod, 'TriggeredScaleUp', 'pod triggered scale-up: [{pool-1 1->2 (max: 5)}]', {
      type: 'Normal'
    })
    const problem = podProblem(waitingPod, snapshot({ pods: [waitingPod], events: [scaling] }))
    expect(problem).toMatchObject({ code: 'unschedulable', toleranceMilliseconds: Number.POSITIVE_INFINITY })
  })

  test('has no problem before the scheduler has looked at it', () => {
    const newPod = pod({ unscheduled: true })
    expect(podProblem(newPod, snapshot({ pods: [newPod] }))).toBeUndefined()
  })
})

describe('a volume that is not mounted', () => {
  const creating = pod({
    statuses: [waiting('ContainerCreating'), waiting('ContainerCreating', undefined, { name: 'metrics' })]
  })
  const failed = (message: string, about = creating) => event(about, 'FailedMount', message, { count: 7 })
  const secret = 'MountVolume.SetUp failed for volume "credentials" : secret "redis-credentials" not found'

  test.each([
    ['missing Secret for a volume', secret, 'config-error', 5_000],
    [
      'missing ConfigMap for a volume',
      'MountVolume.SetUp failed for volume "config" : configmap "redis-config" not found',
      'config-error',
      5_000
    ],
    [
      'missing key of a Secret for a volume',
      'MountVolume.SetUp failed for volume "credentials" : references non-existent secret key: password',
      'config-error',
      5_000
    ],
    [
      'volume that takes its time',
      'MountVolume.MountDevice failed for volume "pvc-1" : rpc error: code = DeadlineExceeded',
      'volume-pending',
      60_000
    ]
  ])('is reported: %s', (_, message, code, tolerance) => {
    expect(podProblem(creating, snapshot({ pods: [creating], events: [failed(message)] }))).toMatchObject({
      code,
      sentence: `a volume of pod redis-0 cannot be mounted: ${message}`,
      toleranceMilliseconds: tolerance
    })
  })

  test('is judged by the newest event', () => {
    const later = { lastTimestamp: '2026-11-23T05:40:00Z' }
    const events = [event(creating, 'FailedMount', 'timed out waiting for the condition', later), failed(secret)]
    expect(podProblem(creating, snapshot({ pods: [creating], events }))?.code).toBe('volume-pending')
  })

  test('is not judged by an event of an earlier pod of the same name', () => {
    const earlier = { ...creating, metadata: { ...creating.metadata, uid: 'earlier' } }
    expect(podProblem(creating, snapshot({ pods: [creating], events: [failed(secret, earlier)] }))).toBeUndefined()
  })

  test('is forgotten once containers run, although its event remains', () => {
    const started = pod({
      statuses: [running({ ready: false, started: false }), running({ name: 'metrics' })],
      ready: false
    })
    expect(podProblem(started, snapshot({ pods: [started], events: [failed(secret, started)] }))).toBeUndefined()
  })
})

describe('a pod with several containers', () => {
  test('has the problem of the failing container', () => {
    const message = 'secret "redis-credentials" not found'
    const broken = pod({
      statuses: [running(), waiting('CreateContainerConfigError', message, { name: 'metrics' })],
      ready: false
    })
    expect(podProblem(broken, snapshot({ pods: [broken] }))?.sentence).toBe(
      `container metrics cannot be configured: ${message}`
    )
  })

  test('has the problem of the init container first', () => {
    const broken = pod({ statuses: [waiting('PodInitializing')], ready: false })
    const init = waiting('CreateContainerConfigError', 'secret "x" not found', { name: 'init' })
    const withInit = { ...broken, status: { ...(broken['status'] as object), initContainerStatuses: [init] } }
    expect(podProblem(withInit, snapshot({ pods: [withInit] }))?.sentence).toBe(
      'container init cannot be configured: secret "x" not found'
    )
  })
})

describe('a running Redis whose probe output explains why it is not ready', () => {
  const notReady = pod({ statuses: [running({ ready: false, started: true })], ready: false })
  test.each([
    [
      'it cannot save',
      'Readiness probe failed: MISCONF Redis is configured to save RDB snapshots',
      'persistence-failing'
    ],
    ['it has another password', 'Readiness probe failed: WRONGPASS invalid username-password pair', 'redis-auth'],
    ['it wants a password that the probe lacks', 'Startup probe failed: NOAUTH Authentication required.', 'redis-auth']
  ])('has a problem: %s', (_, message, code) => {
    const events = [event(notReady, 'Unhealthy', message)]
    const problem = podProblem(notReady, snapshot({ pods: [notReady], events }))
    expect(problem).toMatchObject({ code, sentence: expect.stringContaining(message), toleranceMilliseconds: 5_000 })
  })

  test('has no problem for any other output, which may pass', () => {
    const events = [
      event(notReady, 'Unhealthy', 'Startup probe failed: LOADING Redis is loading the dataset in memory')
    ]
    expect(podProblem(notReady, snapshot({ pods: [notReady], events }))).toBeUndefined()
  })
})
