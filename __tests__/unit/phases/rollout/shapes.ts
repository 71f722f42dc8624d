import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import type { Snapshot } from '../../../../src/phases/rollout/snapshot.ts'

// Shapes as Kubernetes 1.36 with containerd writes them, without the fields that nobody reads.

export const revisions = { old: 'redis-5c688fb958', update: 'redis-bccfcb799' } as const
const statefulSetUid = 'f479249f-a5a9-4453-87f5-81840c98da1e'
const podUid = '6e93b7e0-2f05-4041-8d9d-089135c009be'

interface StatefulSetShape {
  generation?: number
  observed?: number
  updateStrategy?: object
}

export function statefulSet({ generation = 2, observed = generation, updateStrategy }: StatefulSetShape = {}) {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'redis', namespace: 'team', uid: statefulSetUid, generation },
    spec: {
      replicas: 1,
      podManagementPolicy: 'OrderedReady',
      selector: { matchLabels: { 'app.kubernetes.io/name': 'redis' } },
      updateStrategy: updateStrategy ?? { type: 'RollingUpdate', rollingUpdate: { partition: 0 } }
    },
    status: {
      replicas: 1,
      currentRevision: revisions.old,
      updateRevision: revisions.update,
      observedGeneration: observed,
      collisionCount: 0
    }
  } satisfies KubernetesObject
}

/** When the kubelet first saw the pods that tell `readySince`. */
export const startTime = '2026-11-23T05:36:40Z'

interface PodShape {
  name?: string
  uid?: string
  /** The UID of its controller; null for a pod that has none. */
  owner?: string | null
  revision?: string
  ready?: boolean
  deleting?: boolean
  /** When its condition Ready changed last; it was started at `startTime`. */
  readySince?: string
  /** The message of the scheduler where no node fits. */
  unschedulable?: string
  unscheduled?: boolean
  statuses?: object[]
}

export function pod(shape: PodShape = {}): KubernetesObject {
  const { name = 'redis-0', uid = podUid, owner = statefulSetUid, revision = revisions.update } = shape
  const { unschedulable, unscheduled = false } = shape
  const statuses = shape.statuses ?? (unschedulable === undefined && !unscheduled ? [running()] : undefined)
  const ready = shape.ready ?? shape.statuses === undefined
  const since = shape.readySince === undefined ? {} : { lastTransitionTime: shape.readySince }
  const notReady = { status: 'False', reason: 'ContainersNotReady', message: 'containers with unready status: [redis]' }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'team',
      uid,
      labels: { 'app.kubernetes.io/name': 'redis', 'controller-revision-hash': revision },
      ...(owner !== null && { ownerReferences: [{ uid: owner, controller: true, blockOwnerDeletion: true }] }),
      ...(shape.deleting && { deletionTimestamp: '2026-11-23T05:38:26Z', deletionGracePeriodSeconds: 60 })
    },
    spec: {
      containers: [
        { name: 'redis', resources: { limits: { memory: '512Mi' } } },
        { name: 'metrics', resources: { limits: { memory: '64Mi' } } }
      ]
    },
    status: {
      phase: statuses === undefined ? 'Pending' : 'Running',
      ...(shape.readySince !== undefined && { startTime }),
      conditions:
        statuses === undefined
          ? unscheduled
            ? []
            : [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: unschedulable }]
          : [
              { type: 'Initialized', status: 'True' },
              { type: 'Ready', ...(ready ? { status: 'True' } : notReady), ...since },
              { type: 'PodScheduled', status: 'True' }
            ],
      ...(statuses !== undefined && { containerStatuses: statuses })
    }
  }
}

/** How a container ended, as it stands in `state` or `lastState`. */
export function ended(reason: string, exitCode: number, more: object = {}): { terminated: object } {
  const times = { startedAt: '2026-11-23T05:37:23Z', finishedAt: '2026-11-23T05:37:23Z' }
  return { terminated: { reason, exitCode, ...times, ...more } }
}

interface ContainerShape {
  name?: string
  image?: string
  restarts?: number
  last?: object
}

function status(state: object, ready: boolean, started: boolean, shape: ContainerShape): object {
  const { name = 'redis', image = 'docker.io/library/redis:7.2.16-alpine', restarts = 0, last = {} } = shape
  return { name, image, ready, started, state, lastState: last, restartCount: restarts }
}

export function running(shape: ContainerShape & { ready?: boolean; started?: boolean } = {}): object {
  return status({ running: { startedAt: '2026-11-23T05:36:44Z' } }, shape.ready ?? true, shape.started ?? true, shape)
}

export function waiting(reason: string, message?: string, shape: ContainerShape = {}): object {
  return status({ waiting: { reason, ...(message !== undefined && { message }) } }, false, false, shape)
}

export function terminated(state: { terminated: object }, shape: ContainerShape = {}): object {
  return status(state, false, false, shape)
}

/** An event of an object, as the kubelet and the controllers write them. */
export function event(about: KubernetesObject, reason: string, message: string, more: object = {}): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${about.metadata.name}.18ea95e26fb2380d`, creationTimestamp: '2026-11-23T05:36:41Z' },
    involvedObject: { kind: about.kind, name: about.metadata.name, namespace: 'team', uid: about.metadata.uid },
    type: 'Warning',
    reason,
    message,
    count: 1,
    firstTimestamp: '2026-11-23T05:36:41Z',
    lastTimestamp: '2026-11-23T05:37:13Z',
    eventTime: null,
    ...more
  }
}

export function snapshot(change: Partial<Snapshot> = {}): Snapshot {
  const pods = change.pods ?? [pod()]
  return {
    namespace: 'team',
    statefulSet: statefulSet(),
    pods,
    firstPods: pods,
    namesake: undefined,
    neededLabels: [],
    date: new Date('2026-11-23T06:00:00Z'),
    events: [],
    ...change
  }
}
