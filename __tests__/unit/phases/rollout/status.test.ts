import { describe, expect, test } from '@jest/globals'
import type { Snapshot } from '../../../../src/phases/rollout/snapshot.ts'
import { rolloutStatus } from '../../../../src/phases/rollout/status.ts'
import { event, pod, revisions, running, snapshot, statefulSet, waiting } from './shapes.ts'

const { old, update } = revisions
const noKey = "couldn't find key password in Secret team/redis-credentials"
const starting = (status: object) => pod({ statuses: [status, running({ name: 'metrics' })], ready: false })

const withStatus = (change: object) => {
  const changed = starting(waiting('PodInitializing'))
  return { ...changed, status: { ...(changed['status'] as object), ...change } }
}
const withInit = (status: object) => withStatus({ initContainerStatuses: [status] })
const failed = (why: object) => withStatus({ phase: 'Failed', containerStatuses: [], ...why })
const mustBeReady =
  'to be Ready; until then the StatefulSet controller does not replace it (kubernetes/kubernetes#67250)'
const ofAnother = (name: string) => pod({ name, uid: 'other', owner: 'job', ready: false })

describe('a current rollout', () => {
  test.each<[string, Partial<Snapshot>]>([
    ['Ready', {}],
    ['Ready, with OnDelete', { statefulSet: statefulSet({ updateStrategy: { type: 'OnDelete' } }) }],
    [
      'Ready, with a partition',
      { statefulSet: statefulSet({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } }) }
    ],
    ['Ready, the controller ahead of what was read', { statefulSet: statefulSet({ generation: 2, observed: 3 }) }],
    ['Ready, beside a foreign pod with its labels', { pods: [pod(), ofAnother('redis-backup-28913-x')] }],
    [
      'Ready, beside a pod without owner with its labels',
      { pods: [pod(), pod({ name: 'shell', uid: 'o', owner: null })] }
    ],
    ['Ready, with an event that is over', { events: [event(pod(), 'FailedMount', 'secret "x" not found')] }]
  ])('is recognised: %s', (_, change) => {
    expect(rolloutStatus(snapshot(change))).toMatchObject({
      state: 'current',
      revision: update,
      pod: { metadata: { name: 'redis-0' } }
    })
  })
})

describe('a rollout in progress', () => {
  test.each<[string, Partial<Snapshot>, string]>([
    [
      'StatefulSet deleted',
      { statefulSet: undefined, pods: [] },
      'StatefulSet/redis to be recreated after another client deleted it'
    ],
    [
      'not seen by the controller',
      { statefulSet: statefulSet({ generation: 3, observed: 2 }) },
      'the controller to observe generation 3 of the StatefulSet'
    ],
    [
      'new, not seen by the controller',
      { statefulSet: { ...statefulSet({ generation: 1 }), status: { replicas: 0 } }, pods: [] },
      'the controller to observe generation 1 of the StatefulSet'
    ],
    ['no pod yet', { pods: [] }, 'pod redis-0 to be created'],
    [
      'one revision behind',
      { pods: [pod({ revision: old })] },
      `pod redis-0 to be replaced by one of revision ${update}`
    ],
    [
      'one revision behind and starting',
      { pods: [pod({ revision: old, statuses: [waiting('ContainerCreating')] })] },
      `pod redis-0 of the old revision ${old} ${mustBeReady}`
    ],
    [
      'one revision behind, running and not Ready',
      { pods: [pod({ revision: old, statuses: [running({ ready: false })] })] },
      `pod redis-0 of the old revision ${old} ${mustBeReady}`
    ],
    [
      'one revision behind and evicted',
      { pods: [{ ...pod({ revision: old }), status: { phase: 'Failed', reason: 'Evicted' } }] },
      `pod redis-0 to be replaced by one of revision ${update}`
    ],
    ['old pod terminating', { pods: [pod({ revision: old, deleting: true })] }, 'the old pod redis-0 to terminate'],
    ['pod of this revision terminating', { pods: [pod({ deleting: true })] }, 'the old pod redis-0 to terminate'],
    ['extra pod left', { pods: [pod(), pod({ name: 'redis-1', uid: 'other' })] }, 'the old pod redis-1 to terminate'],
    ['extra pod only', { pods: [pod({ name: 'redis-1', uid: 'other' })] }, 'pod redis-0 to be created'],
    ['not scheduled', { pods: [pod({ unscheduled: true })] }, 'pod redis-0 to be scheduled to a node'],
    ['image on its way', { pods: [starting(waiting('ContainerCreating'))] }, 'container redis to start'],
    [
      'startup probe not passed yet',
      { pods: [starting(running({ ready: false, started: false }))] },
      'container redis to pass its startup probe'
    ],
    ['readiness probe not passed yet', { pods: [starting(running({ ready: false }))] }, 'container redis to be ready'],
    [
      'all containers ready, the pod not',
      { pods: [pod({ statuses: [running()], ready: false })] },
      'pod redis-0 to be Ready'
    ],
    [
      'init container at work',
      { pods: [withInit(running({ name: 'prepare', ready: false, started: false }))] },
      'init container prepare to finish'
    ],
    [
      'init container not started',
      { pods: [withInit(waiting('PodInitializing', undefined, { name: 'prepare' }))] },
      'container prepare to start'
    ],
    [
      'evicted',
      { pods: [failed({ reason: 'Evicted', message: 'The node was low on resource: memory.' })] },
      'pod redis-0 to be replaced because it failed: Evicted: The node was low on resource: memory.'
    ],
    ['failed', { pods: [failed({})] }, 'pod redis-0 to be replaced because it failed: without a reason'],
    ['containers not known yet', { pods: [pod({ statuses: [], ready: false })] }, 'pod redis-0 to be Ready']
  ])('waits for the next event: %s', (_, change, waitingFor) => {
    const status = rolloutStatus(snapshot(change))
    expect(status).toMatchObject({ state: 'progressing', waitingFor })
    expect(status).not.toHaveProperty('problem')
  })
})

describe('a rollout with a problem', () => {
  test('reports the pod for a key missing in a Secret', () => {
    const pods = [starting(waiting('CreateContainerConfigError', noKey))]
    expect(rolloutStatus(snapshot({ pods }))).toMatchObject({
      waitingFor: 'container redis to start',
      problem: { code: 'config-error', sentence: `container redis cannot be configured: ${noKey}` }
    })
  })

  test('reports the controller for an exceeded quota', () => {
    const events = [event(statefulSet(), 'FailedCreate', 'pods "redis-0" is forbidden: exceeded quota: small')]
    expect(rolloutStatus(snapshot({ pods: [], events }))).toMatchObject({
      waitingFor: 'pod redis-0 to be created',
      problem: { code: 'quota-exceeded' }
    })
  })

  test.each([
    [
      'OnDelete',
      { type: 'OnDelete' },
      'updateStrategy OnDelete',
      'delete the pod and run again: `kubectl -n team delete pod redis-0`'
    ],
    [
      'partition',
      { type: 'RollingUpdate', rollingUpdate: { partition: 1 } },
      'partition 1',
      'set the partition to 0 in the manifests, or directly: `kubectl -n team patch statefulset redis --patch ' +
        `'{"spec":{"updateStrategy":{"rollingUpdate":{"partition":0}}}}'\``
    ]
  ])('reports with %s that the pod stays at its old revision', (_, updateStrategy, rule, hint) => {
    const status = rolloutStatus(
      snapshot({ statefulSet: statefulSet({ updateStrategy }), pods: [pod({ revision: old })] })
    )
    expect(status).toMatchObject({
      problem: {
        code: 'stuck-revision',
        sentence: `pod redis-0 stays at its old revision because the StatefulSet has ${rule}`,
        hint,
        toleranceMilliseconds: 0
      }
    })
  })

  test('reports a broken pod of an old revision that the controller does not replace', () => {
    const pods = [pod({ revision: old, statuses: [waiting('CreateContainerConfigError', noKey)] })]
    expect(rolloutStatus(snapshot({ pods }))).toMatchObject({
      state: 'progressing',
      waitingFor: `pod redis-0 to be replaced by one of revision ${update}`,
      problem: {
        code: 'stuck-revision',
        sentence:
          `pod redis-0 of the old revision ${old} is broken, and the StatefulSet controller does not replace a broken ` +
          `pod (kubernetes/kubernetes#67250): container redis cannot be configured: ${noKey}`,
        hint: 'delete the broken pod and run again: `kubectl -n team delete pod redis-0`',
        toleranceMilliseconds: 5_000
      }
    })
  })

  test('warns before suggesting to delete a pod of an old revision that cannot save its data', () => {
    const pods = [pod({ revision: old, statuses: [running({ ready: false })], ready: false })]
    const events = [event(pod(), 'Unhealthy', 'Readiness probe failed: MISCONF Redis is configured to save')]
    const status = rolloutStatus(snapshot({ pods, events }))
    expect(status).toMatchObject({
      problem: {
        code: 'stuck-revision',
        hint:
          'check whether the volume is full, and read the Redis log; unsaved data is lost when the pod is ' +
          'deleted: `kubectl -n team delete pod redis-0`'
      }
    })
    expect(status).not.toHaveProperty('stuck')
  })

  test('refers to the log of the container for a broken pod of an old revision', () => {
    const crashing = waiting('CrashLoopBackOff', 'back-off 20s', { name: 'metrics', restarts: 3 })
    const pods = [pod({ revision: old, statuses: [running(), crashing] })]
    expect(rolloutStatus(snapshot({ pods }))).toMatchObject({
      problem: { code: 'stuck-revision', container: 'metrics' }
    })
  })

  test('has no problem with a broken pod that is already terminating', () => {
    const pods = [pod({ revision: old, deleting: true, statuses: [waiting('CreateContainerConfigError', noKey)] })]
    const status = rolloutStatus(snapshot({ pods }))
    expect(status).toMatchObject({ state: 'progressing', waitingFor: 'the old pod redis-0 to terminate' })
    expect(status).not.toHaveProperty('problem')
  })
})

describe('a Ready redis-0 that is no success', () => {
  const template = { metadata: { labels: {} }, spec: { containers: [{ name: 'redis', image: 'redis:7' }] } }
  const templated = statefulSet()
  const set = { ...templated, spec: { ...templated.spec, template } }
  const made = (image: string, more: object = {}) => {
    const ready = pod()
    const spec = { containers: [{ name: 'redis', image }] }
    return { ...ready, metadata: { ...ready.metadata, ...more }, spec }
  }
  const byKubectl = {
    managedFields: [
      {
        manager: 'kubectl-set',
        operation: 'Update',
        time: '2026-11-23T05:38:00Z',
        fieldsV1: { 'f:spec': { 'f:containers': { 'k:{"name":"redis"}': { 'f:image': {} } } } }
      }
    ]
  }

  test('was changed after it was made: drift, Ready or not', () => {
    expect(rolloutStatus(snapshot({ statefulSet: set, pods: [made('redis:6', byKubectl)] }))).toMatchObject({
      state: 'progressing',
      problem: { code: 'config-drift', toleranceMilliseconds: 0 }
    })
    const broken = { ...made('redis:6', byKubectl), status: starting(waiting('ErrImagePull', 'not found'))['status'] }
    expect(rolloutStatus(snapshot({ statefulSet: set, pods: [broken] }))).toMatchObject({
      problem: { code: 'config-drift' }
    })
  })

  test('is current where admission changed it when it was made', () => {
    expect(rolloutStatus(snapshot({ statefulSet: set, pods: [made('mirror/redis:7')] }))).toMatchObject({
      state: 'current'
    })
  })

  test('was restarted since the first look', () => {
    const restarted = pod({ ready: true, statuses: [running({ restarts: 1 })] })
    expect(rolloutStatus(snapshot({ pods: [restarted], firstPods: [pod()] }))).toMatchObject({
      state: 'progressing',
      waitingFor: 'container redis to keep running',
      problem: { code: 'crash-loop', container: 'redis' }
    })
    expect(rolloutStatus(snapshot({ pods: [restarted] }))).toMatchObject({ state: 'current' })
  })
})
