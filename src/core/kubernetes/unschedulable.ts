import { sanitizeLine } from '../sanitize.ts'
import { newest } from './events.ts'
import { at, type KubernetesObject, listAt, textAt } from './object.ts'

/** The message that the scheduler finds no node for a pod. */
export interface Unschedulable {
  /** The message of the scheduler. */
  message: string
  /** How long this is tolerated, in milliseconds. */
  toleranceMilliseconds: number
}

export function isScheduled(pod: KubernetesObject): boolean {
  return at(scheduledCondition(pod), 'status') === 'True'
}

/**
 * What keeps a pod from being scheduled; undefined if it has a node, or if the scheduler has not reported anything yet.
 * @param own the events of the pod, oldest first
 */
export function unschedulable(pod: KubernetesObject, own: readonly KubernetesObject[]): Unschedulable | undefined {
  const scheduled = scheduledCondition(pod)
  if (at(scheduled, 'status') !== 'False' || at(scheduled, 'reason') !== 'Unschedulable') return undefined
  return {
    message: sanitizeLine(textAt(scheduled, 'message') ?? 'no node fits'),
    // An autoscaler is adding a node: this takes minutes, and the deadline is the limit.
    toleranceMilliseconds: isNodeComing(own) ? Number.POSITIVE_INFINITY : 45_000
  }
}

function scheduledCondition(pod: KubernetesObject): unknown {
  return listAt(pod, 'status', 'conditions').find((each) => at(each, 'type') === 'PodScheduled')
}

/** The latest report of Cluster Autoscaler or Karpenter: a node is coming, or none can help. */
function isNodeComing(own: readonly KubernetesObject[]): boolean {
  const last = newest(own, 'TriggeredScaleUp', 'Nominated', 'NotTriggerScaleUp', 'FailedScaleUp')
  return ['TriggeredScaleUp', 'Nominated'].includes(textAt(last, 'reason') ?? '')
}
