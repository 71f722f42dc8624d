import { eventsOfClaim, newest } from '../../core/kubernetes/events.ts'
import { type KubernetesObject, textAt } from '../../core/kubernetes/object.ts'
import { isScheduled, unschedulable } from '../../core/kubernetes/unschedulable.ts'
import { names } from '../../core/kubernetes/workload.ts'
import type { Problem } from '../../core/problem.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { isRehearsal } from './container-status.ts'
import type { Snapshot } from './snapshot.ts'

const second = 1000
const claim = `data-${names.pod}`

/** Why a pod has no node yet: its volume, or the nodes themselves. */
export function schedulingProblem(
  pod: KubernetesObject,
  own: readonly KubernetesObject[],
  { namespace, events }: Pick<Snapshot, 'events' | 'namespace'>
): Problem | undefined {
  if (isScheduled(pod)) return undefined
  // A rehearsal has no claim.
  const volume = isRehearsal(pod) ? undefined : claimProblem(pod, events, namespace)
  return volume ?? nodeProblem(pod, own, namespace)
}

/**
 * The problem in the events of the claim. While a provisioner is awaited, the scheduler reports nothing about the pod.
 */
function claimProblem(
  pod: KubernetesObject,
  events: readonly KubernetesObject[],
  namespace: string
): Problem | undefined {
  const since = textAt(pod.metadata, 'creationTimestamp') ?? ''
  const event = newest(
    eventsOfClaim(claim, since, events),
    'FailedBinding',
    'ProvisioningFailed',
    'ExternalProvisioning',
    'ProvisioningSucceeded'
  )
  const reason = textAt(event, 'reason')
  if (reason === undefined || reason === 'ProvisioningSucceeded') return undefined
  const message = sanitizeLine(textAt(event, 'message') ?? '')
  // Neither a class nor a volume appears by itself, while provisioners take their time and retry.
  const missing = reason === 'FailedBinding' || /storageclass\S* .*not found/i.test(message)
  return {
    code: 'volume-pending',
    sentence: `claim ${claim} has no volume: ${message}`,
    hint: missing
      ? 'set storage-class to one of `kubectl get storageclass`; a claim cannot change its class, so before that ' +
        `\`kubectl -n ${namespace} delete statefulset/${names.statefulSet} pvc/${claim}\``
      : `check that the provisioner is running: \`kubectl -n ${namespace} describe pvc ${claim}\``,
    toleranceMilliseconds: (missing ? 5 : 45) * second
  }
}

/** What to change, by the message of the scheduler; the first match counts. */
const hints: [RegExp, string][] = [
  [/insufficient memory/i, 'free memory on the nodes, add a node, or request less with memory-limit'],
  [/insufficient/i, 'free resources on the nodes, add a node, or request less in the pod template'],
  [/untolerated taint/i, 'add a toleration to the pod template, or a node without the taint'],
  [/node affinity\/selector|node selector/i, 'correct nodeSelector or affinity of the pod template, or label a node'],
  [/too many pods/i, 'remove pods from the nodes, or add a node'],
  [/unschedulable/i, 'make nodes schedulable again: `kubectl uncordon NODE`']
]

function nodeProblem(pod: KubernetesObject, own: readonly KubernetesObject[], namespace: string): Problem | undefined {
  const kept = unschedulable(pod, own)
  if (kept === undefined) return undefined
  const { message, toleranceMilliseconds } = kept
  const isVolume = /persistent ?volume|volume node affinity/i.test(message)
  const hint = hints.find(([pattern]) => pattern.test(message))?.[1] ?? 'add a node that meets the requirements'
  return {
    code: isVolume ? 'volume-pending' : 'unschedulable',
    sentence: `pod ${pod.metadata.name} cannot be scheduled: ${message}`,
    hint: isVolume ? `see why the claim has no volume: \`kubectl -n ${namespace} describe pvc ${claim}\`` : hint,
    toleranceMilliseconds
  }
}
