import { at, type KubernetesObject, listAt, textAt } from '../../core/kubernetes/object.ts'
import { names } from '../../core/kubernetes/workload.ts'
import type { Problem } from '../../core/problem.ts'
import { formatDuration } from '../../core/units.ts'
import { containerStatuses, exitReason, isRehearsal } from './container-status.ts'

/** A run of a container that is shorter, in milliseconds, is brief. */
const briefMilliseconds = 60_000

/**
 * The container of a Ready pod that was restarted too often to count as running; undefined if there is none. During the
 * run once is too often. Before it, a container counts that was restarted twice, whose last run was brief, and whose
 * present run has not lasted longer yet: it may end again and again, and be Ready in between.
 * @param first the same pod as the run found it; undefined if it was made during the run
 * @param now the time of day of this machine, which is compared with that of the node
 */
export function restartProblem(
  pod: KubernetesObject,
  first: KubernetesObject | undefined,
  now: Date,
  namespace: string
): Problem | undefined {
  const since = restartedSince(pod, first)
  if (since !== undefined) return restartedProblem(pod, since, 'has been restarted during this run', namespace)
  const brief = lastingStatuses(pod).find((status) => restartsOf(status) > 1 && isBrief(status, now))
  if (brief === undefined) return undefined
  const words = `was restarted ${restartsOf(brief)} times, and its last run took ${formatDuration(lastRun(brief) ?? 0)}`
  return restartedProblem(pod, brief, words, namespace)
}

/**
 * The status of a container that was restarted since; undefined if none was.
 * @param first the same pod before; undefined if it was made since
 */
export function restartedSince(pod: KubernetesObject, first: KubernetesObject | undefined): unknown {
  return lastingStatuses(pod).find((status) => {
    const before = containerStatuses(first).find((each) => at(each, 'name') === at(status, 'name'))
    return restartsOf(status) > restartsOf(before)
  })
}

/**
 * Why a container that was restarted is no success.
 * @param words what happened, to be read after its name
 */
export function restartedProblem(pod: KubernetesObject, status: unknown, words: string, namespace: string): Problem {
  const name = textAt(status, 'name') ?? ''
  const exit = exitOf(status)
  const isKilled = textAt(exit, 'reason') === 'OOMKilled'
  const log = isRehearsal(pod)
    ? 'read its last log lines below'
    : `\`kubectl -n ${namespace} logs ${pod.metadata.name} -c ${name} --previous\``
  const remedy =
    name === names.redisContainer
      ? 'raise the memory limit or lower maxmemory'
      : `raise the memory limit of container ${name} in the manifests`
  return {
    code: isKilled ? 'oom-killed' : 'crash-loop',
    sentence: `container ${name} ${words}, after ${exitWords(exit)}`,
    hint: isKilled ? `${remedy}; its last words: ${log}` : `read why it ended: ${log}`,
    toleranceMilliseconds: 0,
    container: name
  }
}

/** The restarts that are history, in a sentence; undefined if there were none. */
export function restartNote(pod: KubernetesObject): string | undefined {
  const restarted = containerStatuses(pod)
    .filter((status) => restartsOf(status) > 0)
    .map((status) => {
      const [exit, count] = [exitOf(status), restartsOf(status)]
      const end = textAt(exit, 'finishedAt')
      const last = exit === undefined ? '' : `, last after ${exitWords(exit)}${end === undefined ? '' : ` at ${end}`}`
      return `container ${textAt(status, 'name')} ${count === 1 ? 'once' : `${count} times`}${last}`
    })
  if (restarted.length === 0) return undefined
  return `Containers of pod ${names.pod} that were restarted before this run, and run since: ${restarted.join('; ')}.`
}

/** Of what runs all the time. An init container that has finished was tried until it did. */
function lastingStatuses(pod: KubernetesObject): unknown[] {
  const init = listAt(pod, 'status', 'initContainerStatuses')
  return containerStatuses(pod).filter(
    (status) => !init.includes(status) || at(status, 'state', 'terminated') === undefined
  )
}

function restartsOf(status: unknown): number {
  return Number(at(status, 'restartCount') ?? 0)
}

/** How the last run ended. */
function exitOf(status: unknown): unknown {
  return at(status, 'lastState', 'terminated') ?? at(status, 'state', 'terminated')
}

function exitWords(exit: unknown): string {
  return textAt(exit, 'reason') === 'OOMKilled' ? 'it ran out of memory (OOMKilled)' : exitReason(exit)
}

/** How long the last run took, in milliseconds; undefined if that is not known any more. */
function lastRun(status: unknown): number | undefined {
  const [start, end] = ['startedAt', 'finishedAt'].map((field) => Date.parse(textAt(exitOf(status), field) ?? ''))
  const milliseconds = (end ?? Number.NaN) - (start ?? Number.NaN)
  return Number.isNaN(milliseconds) ? undefined : milliseconds
}

function isBrief(status: unknown, now: Date): boolean {
  const last = lastRun(status)
  if (last === undefined || last >= briefMilliseconds) return false
  const present = now.getTime() - Date.parse(textAt(status, 'state', 'running', 'startedAt') ?? '')
  return !(present >= briefMilliseconds)
}
