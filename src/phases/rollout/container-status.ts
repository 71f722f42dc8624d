import { constants } from 'node:os'
import { at, type KubernetesObject, listAt, textAt } from '../../core/kubernetes/object.ts'
import { names } from '../../core/kubernetes/workload.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { formatDuration } from '../../core/units.ts'

/** Whether a pod only tries a template: it is removed before a reader could look at it. */
export function isRehearsal({ metadata: { name } }: KubernetesObject): boolean {
  return name === names.rehearsal
}

/** The statuses of all containers, in start order. */
export function containerStatuses(pod: KubernetesObject | undefined): unknown[] {
  return [...listAt(pod, 'status', 'initContainerStatuses'), ...listAt(pod, 'status', 'containerStatuses')]
}

/** Whether the kubelet counts the pod as Ready: all its containers are, and its readiness gates. */
export function isReady(pod: KubernetesObject): boolean {
  return condition(pod, 'Ready') === 'True'
}

/** Evicted, or refused by its node: the controller creates a new one instead. */
export function hasFailed(pod: KubernetesObject): boolean {
  return at(pod, 'status', 'phase') === 'Failed'
}

/** The status of the container that keeps the pod from being Ready; undefined if all are ready or none is known. */
export function unreadyContainer(pod: KubernetesObject): unknown {
  return containerStatuses(pod).find((each) => at(each, 'ready') !== true)
}

/** @param status of a container */
export function isRunning(status: unknown): boolean {
  return at(status, 'state', 'running') !== undefined
}

/** What a pod that is not Ready waits for, in words. */
export function podWaitsFor(pod: KubernetesObject): string {
  const { name } = pod.metadata
  if (hasFailed(pod)) {
    const words = [textAt(pod, 'status', 'reason'), textAt(pod, 'status', 'message')].filter(
      (word) => word !== undefined
    )
    return `pod ${name} to be replaced because it failed: ${sanitizeLine(words.join(': ') || 'without a reason')}`
  }
  if (condition(pod, 'PodScheduled') !== 'True') return `pod ${name} to be scheduled to a node`
  const late = unreadyContainer(pod)
  const container = textAt(late, 'name')
  if (container === undefined) {
    const gate = unmetGate(pod)
    return gate === undefined ? `pod ${name} to be Ready` : `readiness gate ${gate.name} of pod ${name}`
  }
  if (!isRunning(late)) return `container ${container} to start`
  if (isInit(pod, container)) return `init container ${container} to finish`
  return at(late, 'started') === true
    ? `container ${container} to be ready`
    : `container ${container} to pass its startup probe`
}

/** A readiness gate that keeps the pod from being Ready, and its condition, undefined if nobody has set one. */
export function unmetGate(pod: KubernetesObject): { name: string; condition: unknown } | undefined {
  const gates = listAt(pod, 'spec', 'readinessGates').map((gate) => textAt(gate, 'conditionType') ?? '')
  const conditions = listAt(pod, 'status', 'conditions')
  // A container that is not ready tells more, and one without a status has not been seen by the kubelet yet.
  if (containerStatuses(pod).length === 0 || unreadyContainer(pod) !== undefined) return undefined
  return gates
    .map((type) => ({ name: sanitizeLine(type), condition: conditions.find((each) => at(each, 'type') === type) }))
    .find((gate) => at(gate.condition, 'status') !== 'True')
}

function condition(pod: KubernetesObject, type: string): string | undefined {
  return textAt(
    listAt(pod, 'status', 'conditions').find((each) => at(each, 'type') === type),
    'status'
  )
}

function isInit(pod: KubernetesObject, name: string): boolean {
  return listAt(pod, 'status', 'initContainerStatuses').some((each) => at(each, 'name') === name)
}

/** A shorter run counts as exiting right after the start. */
const briefMilliseconds = 10_000

/** The exit reason of a container, from `terminated` in its status: `exit code 139 (SIGSEGV)`. */
export function exitReason(exit: unknown): string {
  const signal = Number(at(exit, 'signal') ?? 0)
  if (signal > 0) return `signal ${signal}${named(signal)}`
  const code = textAt(exit, 'exitCode')
  // Shells and container runtimes report a signal as an exit code of 128 and more.
  return code === undefined ? 'an unknown exit code' : `exit code ${code}${named(Number(code) - 128)}`
}

/** How long it ran: `right after starting`, or `after 25.0 s`. */
export function runtime(exit: unknown): string {
  const [start, end] = [textAt(exit, 'startedAt'), textAt(exit, 'finishedAt')].map((time) => Date.parse(time ?? ''))
  const milliseconds = (end ?? Number.NaN) - (start ?? Number.NaN)
  return milliseconds >= briefMilliseconds ? `after ${formatDuration(milliseconds)}` : 'right after starting'
}

/** The ordinal of the last run that ended: `2nd`. */
export function ordinal(status: unknown): string {
  const count = Number(at(status, 'restartCount') ?? 0) + 1
  const suffix = count % 100 > 10 && count % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th')
  return `${count}${suffix}`
}

function named(signal: number): string {
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0]
  return name === undefined ? '' : ` (${name})`
}
