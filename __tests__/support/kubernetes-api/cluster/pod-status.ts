import { randomBytes } from 'node:crypto'
import { isObject, type Json, type JsonObject, listAt, objectAt, textAt } from '../json.ts'
import { type KubernetesObject, timestamp } from '../object.ts'

/** One container as seen by the kubelet. */
export interface ContainerRun {
  readonly state: JsonObject
  readonly lastState?: JsonObject
  readonly restartCount?: number
  readonly started?: boolean
  readonly ready?: boolean
}

export interface PodPicture {
  /** Whether the sandbox is up, with its address. */
  readonly sandbox: boolean
  readonly runs: ReadonlyMap<string, ContainerRun>
}

export function waiting(reason: string, message?: string): ContainerRun {
  return { state: { waiting: { ...(message === undefined ? {} : { message }), reason } } }
}

export function running(ready: boolean, before: Pick<ContainerRun, 'lastState' | 'restartCount'> = {}): ContainerRun {
  return { ...before, state: { running: { startedAt: timestamp() } }, started: ready, ready }
}

export function terminated(exitCode: number, reason: string, message?: string): JsonObject {
  const now = timestamp()
  return {
    terminated: {
      exitCode,
      reason,
      ...(message === undefined ? {} : { message }),
      startedAt: now,
      finishedAt: now,
      containerID: newId()
    }
  }
}

/** The status that the kubelet writes, container statuses sorted by name. */
export function podStatus(pod: KubernetesObject, { sandbox, runs }: PodPicture): JsonObject {
  const unready = names(pod).filter((name) => runs.get(name)?.ready !== true)
  const reason: JsonObject =
    unready.length === 0
      ? {}
      : { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` }
  const isReady = unready.length === 0 ? 'True' : 'False'
  const isPending = [...runs.values()].some((run) => isObject(run.state['waiting']) && run.lastState === undefined)
  const phase = endOf(pod, runs) ?? (isPending || !sandbox ? 'Pending' : 'Running')
  const address = textAt(pod, 'status', 'podIP') || `10.244.0.${10 + randomBytes(1).readUInt8()}`
  return {
    observedGeneration: pod.metadata.generation,
    phase,
    conditions: conditions(pod, [
      { type: 'PodReadyToStartContainers', status: sandbox ? 'True' : 'False' },
      { type: 'Initialized', status: 'True' },
      { type: 'Ready', status: isReady, ...reason },
      { type: 'ContainersReady', status: isReady, ...reason },
      { type: 'PodScheduled', status: 'True' }
    ]),
    hostIP: '10.88.0.1',
    hostIPs: [{ ip: '10.88.0.1' }],
    ...(sandbox ? { podIP: address, podIPs: [{ ip: address }] } : {}),
    startTime: textAt(pod, 'status', 'startTime') || timestamp(),
    containerStatuses: names(pod)
      .sort()
      .map((name) => containerStatus(pod, name, runs.get(name) ?? waiting('ContainerCreating'))),
    qosClass: 'Burstable'
  }
}

/** Whether a pod that is not restarted has done its work, and with what result. */
function endOf(pod: KubernetesObject, runs: PodPicture['runs']): string | undefined {
  const codes = names(pod).map((name) => objectAt(runs.get(name)?.state, 'terminated')['exitCode'])
  if (textAt(pod, 'spec', 'restartPolicy') !== 'Never' || codes.includes(undefined)) return undefined
  return codes.every((code) => code === 0) ? 'Succeeded' : 'Failed'
}

/** Conditions as in metav1: the time of a condition changes only with its status. */
export function conditions(pod: KubernetesObject, wanted: readonly JsonObject[]): JsonObject[] {
  const before = listAt(pod, 'status', 'conditions')
  return wanted.map((condition) => {
    const old = before.find((item) => textAt(item, 'type') === condition['type'])
    const isSame = old !== undefined && textAt(old, 'status') === condition['status']
    return {
      ...condition,
      observedGeneration: pod.metadata.generation,
      lastProbeTime: null,
      lastTransitionTime: isSame ? textAt(old, 'lastTransitionTime') : timestamp()
    }
  })
}

export function names(pod: KubernetesObject): string[] {
  return listAt(pod, 'spec', 'containers').map((container) => textAt(container, 'name'))
}

function containerStatus(pod: KubernetesObject, name: string, run: ContainerRun): JsonObject {
  const container = listAt(pod, 'spec', 'containers').find((item) => textAt(item, 'name') === name)
  const old = listAt(pod, 'status', 'containerStatuses').find((item) => textAt(item, 'name') === name)
  const hasRun = run.state['waiting'] === undefined || run.lastState !== undefined
  return {
    name,
    state: keepStart(run.state, old),
    lastState: run.lastState ?? {},
    ready: run.ready ?? false,
    restartCount: run.restartCount ?? 0,
    image: textAt(container, 'image'),
    imageID: hasRun ? `sha256:${'0'.repeat(64)}` : '',
    ...(hasRun ? { containerID: containerId(run, old) } : {}),
    started: run.started ?? false,
    ...(hasRun ? { resources: objectAt(container, 'resources') } : {})
  }
}

/** A container that keeps running keeps its start time. */
function keepStart(state: JsonObject, old: Json | undefined): JsonObject {
  const before = objectAt(old, 'state', 'running')
  return state['running'] !== undefined && before['startedAt'] !== undefined ? { running: before } : state
}

function containerId(run: ContainerRun, old: Json | undefined): string {
  const ended = textAt(run.state, 'terminated', 'containerID') || textAt(run.lastState, 'terminated', 'containerID')
  if (run.state['running'] === undefined && ended !== '') return ended
  const isSame = objectAt(old, 'state')['running'] !== undefined && textAt(old, 'containerID') !== ''
  return isSame ? textAt(old, 'containerID') : newId()
}

function newId(): string {
  return `containerd://${randomBytes(32).toString('hex')}`
}
