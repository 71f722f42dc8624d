import { eventsOf, isOfContainer, latest, newest, timeOf } from '../../core/kubernetes/events.ts'
import { at, isControlledBy, type KubernetesObject, listAt, textAt } from '../../core/kubernetes/object.ts'
import { heldBack } from '../../core/kubernetes/update-strategy.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { containerStatuses, hasFailed, isReady, isRunning } from './container-status.ts'
import { podProblem } from './pod-problem.ts'
import type { Snapshot } from './snapshot.ts'

/** A pod that the controller keeps when its template changes, and that may be deleted for it. */
export interface StuckPod {
  pod: KubernetesObject
  /** Why it is useless. */
  because: string
  /** How long this is tolerated: the controller may be about to replace it, or the pod to become Ready. */
  toleranceMilliseconds: number
}

/**
 * Whether redis-0 may be deleted after its template has changed: it is broken, or was never Ready and fails a probe.
 * The StatefulSet controller replaces neither (kubernetes/kubernetes#67250). A pod that serves, terminates, loads its
 * data or cannot save is never deleted, nor one that may only need more time.
 */
export function stuckPod(pod: KubernetesObject, snapshot: Snapshot): StuckPod | undefined {
  const { statefulSet } = snapshot
  if (statefulSet === undefined || !isControlledBy(pod, statefulSet) || heldBack(statefulSet) !== undefined) return
  if (isReady(pod) || hasFailed(pod) || pod.metadata['deletionTimestamp'] !== undefined) return

  const own = eventsOf(pod, snapshot.events)
  const unready = containerStatuses(pod).filter((status) => at(status, 'ready') !== true && isRunning(status))
  const heard = unready.map((status) => latest(ofContainer(status, own), 'Unhealthy') ?? '')
  if (heard.some((words) => /\b(LOADING|MISCONF)\b/.test(words))) return

  const problem = podProblem(pod, snapshot)
  if (problem !== undefined) return { pod, because: problem.sentence, toleranceMilliseconds: 5_000 }
  const words = unready.map((status) => failedProbe(status, own)).find((each) => each !== undefined)
  if (words === undefined || isTimeout(words) || wasReady(pod)) return
  // As long as a probe that eventually passes may take to do so for the first time.
  return { pod, because: `it has never been Ready: ${sanitizeLine(words)}`, toleranceMilliseconds: 10_000 }
}

/** The output of the probes of the current run of a container. */
function failedProbe(status: unknown, own: readonly KubernetesObject[]): string | undefined {
  const event = newest(ofContainer(status, own), 'Unhealthy')
  const since = textAt(status, 'state', 'running', 'startedAt')
  return event !== undefined && since !== undefined && timeOf(event) >= since ? textAt(event, 'message') : undefined
}

/** Whether a probe timed out, which does not distinguish a Redis that loads its data from one that never replies. */
function isTimeout(words: string): boolean {
  return /\b(timed out|timeout|deadline exceeded)\b/i.test(words)
}

/**
 * Whether the pod has ever been Ready. The kubelet sets the condition when it first sees the pod, which is the start
 * time, and changes its time only with the condition.
 */
function wasReady(pod: KubernetesObject): boolean {
  const condition = listAt(pod, 'status', 'conditions').find((each) => at(each, 'type') === 'Ready')
  if (condition === undefined) return false
  const [changed, start] = [textAt(condition, 'lastTransitionTime'), textAt(pod, 'status', 'startTime')]
  // Two times of one moment may be in adjacent seconds; without them, nothing is known.
  return !(Date.parse(changed ?? '') - Date.parse(start ?? '') <= 1_000)
}

function ofContainer(status: unknown, own: readonly KubernetesObject[]): KubernetesObject[] {
  return own.filter((event) => isOfContainer(event, textAt(status, 'name') ?? ''))
}
