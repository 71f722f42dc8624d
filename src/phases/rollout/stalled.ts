import type { FailureCode } from '../../core/failure.ts'
import { eventsOf, isOfContainer, latest } from '../../core/kubernetes/events.ts'
import { type KubernetesObject, textAt } from '../../core/kubernetes/object.ts'
import { names, watchLoading } from '../../core/kubernetes/workload.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { isRunning, unmetGate, unreadyContainer } from './container-status.ts'
import type { Snapshot } from './snapshot.ts'

/** What an endless wait means: for the timeout of a rollout, and for callers that do not wait. */
export interface Stalled {
  code: FailureCode
  /** What was reported about it. */
  words?: string
  /** What to do about it. */
  hint?: string
}

/** A pod that is not Ready without a reason why it cannot become so: its probes may have reported what is missing. */
export function unreadyPod(
  pod: KubernetesObject,
  { events, namespace }: Pick<Snapshot, 'events' | 'namespace'>
): Stalled | undefined {
  const status = unreadyContainer(pod)
  if (status === undefined) return gatedPod(pod, namespace)
  // For a container that does not run, only an earlier run was probed.
  if (!isRunning(status)) return undefined
  const own = eventsOf(pod, events).filter((event) => isOfContainer(event, textAt(status, 'name') ?? ''))
  const words = sanitizeLine(latest(own, 'Unhealthy') ?? '')
  if (words === '') return undefined
  return /\bLOADING\b/.test(words)
    ? { code: 'redis-loading', words, hint: watchLoading(namespace) }
    : { code: 'probe-failing', words }
}

/** A pod whose containers are ready, and that waits for the controller of a readiness gate. */
function gatedPod(pod: KubernetesObject, namespace: string): Stalled | undefined {
  const gate = unmetGate(pod)
  if (gate === undefined) return undefined
  const [status, message] = [textAt(gate.condition, 'status'), textAt(gate.condition, 'message')]
  const said = message === undefined ? '' : `: ${sanitizeLine(message)}`
  return {
    code: 'rollout-timeout',
    words:
      status === undefined
        ? `readiness gate ${gate.name} has no condition, because no controller sets it`
        : `the condition of readiness gate ${gate.name} is ${sanitizeLine(status)}${said}`,
    hint:
      `check the controller that sets the condition ${gate.name} of pods, or remove the gate from readinessGates of the ` +
      `pod template; all conditions: \`kubectl -n ${namespace} get pod ${names.pod} --output=jsonpath='{.status.conditions}'\``
  }
}

/** The same for an old revision. A pod that loads its data will become Ready, and any other blocks the rollout. */
export function unreadyOldPod(pod: KubernetesObject, snapshot: Snapshot): Stalled {
  const unready = unreadyPod(pod, snapshot)
  if (unready?.code === 'redis-loading') return unready
  return {
    ...unready,
    code: 'stuck-revision',
    hint: `unless it just needs more time, delete the pod and run again: ${deletePod(snapshot.namespace)}`
  }
}

/** A terminating pod that still exists. */
export function endlessPod({ metadata }: KubernetesObject, namespace: string): Stalled {
  const kubectl = `kubectl -n ${namespace}`
  return {
    code: 'rollout-timeout',
    hint:
      `check its node and finalizers: \`${kubectl} get pod ${metadata.name} --output=yaml\`; only if the node is ` +
      `gone for good: \`${kubectl} delete pod ${metadata.name} --force\``
  }
}

/** The command that makes way for a pod of the new revision. */
export function deletePod(namespace: string): string {
  return `\`kubectl -n ${namespace} delete pod ${names.pod}\``
}
