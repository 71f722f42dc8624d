import { sanitizeLine } from '../sanitize.ts'
import { newest } from './events.ts'
import { at, type KubernetesObject, listAt, textAt } from './object.ts'

/** That the scheduler finds no node for a pod. */
export interface Unschedulable {
  /** What it says. */
  message: string
  /** How long that may last. */
  toleranceMilliseconds: number
}

export function isScheduled(pod: KubernetesObject): boolean {
  return at(scheduledCondition(pod), 'status') === 'True'
}

/**
 * What keeps a pod without a node; undefined if it has one, or if the scheduler has not said anything yet.
 * @param own the events of the pod, oldest first
 */
export function unschedulable(pod: KubernetesObject, own: readonly KubernetesObject[]): Unschedulable | undefined {
  const scheduled = scheduledCondition(pod)
  if (at(scheduled, 'status') !== 'False' || at(scheduled, 'reason') !== 'Unschedulable') return undefined
  return {
    message: sanitizeLine(textAt(scheduled, 'message') ?? 'no node fits'),
    // An autoscaler is making a node: minutes are normal, and the deadline is the limit.
    toleranceMilliseconds: isNodeComing(own) ? Number.POSITIVE_INFINITY : 45_000
  }
}

function scheduledCondition(pod: KubernetesObject): unknown {
  return listAt(pod, 'status', 'conditions').find((each) => at(each, 'type') === 'PodScheduled')
}

/** What Cluster Autoscaler and Karpenter said last: a node comes, or none can help. */
function isNodeComing(own: readonly KubernetesObject[]): boolean {
  const last = newest(own, 'TriggeredScaleUp', 'Nominated', 'NotTriggerScaleUp', 'FailedScaleUp')
  return ['TriggeredScaleUp', 'Nominated'].includes(textAt(last, 'reason') ?? '')
}
