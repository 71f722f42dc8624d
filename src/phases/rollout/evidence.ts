import type { Evidence, FailureCode } from '../../core/failure.ts'
import { eventLine, eventsOf } from '../../core/kubernetes/events.ts'
import { at, type KubernetesObject, textAt } from '../../core/kubernetes/object.ts'
import { redisPod } from '../../core/kubernetes/workload.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { formatDuration } from '../../core/units.ts'
import { containerStatuses, exitReason, unreadyContainer } from './container-status.ts'
import type { RolloutDeps } from './deps.ts'
import { explanationMilliseconds, type Snapshot } from './snapshot.ts'

/**
 * What a person would look at next: the states of the containers, the newest events, the last log lines.
 * @param container the one with the problem; by default one that is not ready
 */
export async function gatherEvidence(
  { namespace, statefulSet, pods, events }: Snapshot,
  container: string | undefined,
  deps: Pick<RolloutDeps, 'cluster' | 'toFailure'>
): Promise<Evidence[]> {
  const pod = redisPod(pods)
  const own = [pod, statefulSet].flatMap((object) => (object === undefined ? [] : eventsOf(object, events)))
  if (pod !== undefined) return podEvidence(pod, own, container, namespace, deps)
  return evidenceWith([{ title: 'Events', text: eventText(own) }])
}

/** The same of one pod. @param events those to show, oldest first */
export async function podEvidence(
  pod: KubernetesObject,
  events: readonly KubernetesObject[],
  container: string | undefined,
  namespace: string,
  deps: LogDeps
): Promise<Evidence[]> {
  const logs = await containerLog(pod, container, namespace, deps)
  const states = containerStatuses(pod).map(stateLine).join('\n')
  return evidenceWith([
    { title: `Containers of ${pod.metadata.name}`, text: states },
    { title: 'Events', text: eventText(events) },
    ...logs
  ])
}

function eventText(events: readonly KubernetesObject[]): string {
  return events.slice(-12).map(eventLine).join('\n')
}

function evidenceWith(all: readonly Evidence[]): Evidence[] {
  return all.filter(({ text }) => text !== '')
}

function stateLine(status: unknown): string {
  const [state, detail] = Object.entries((at(status, 'state') as Record<string, unknown> | undefined) ?? {})[0] ?? [
    'unknown'
  ]
  const end = state === 'terminated' ? exitReason(detail) : undefined
  const words = [textAt(detail, 'reason'), end, textAt(detail, 'message')].filter((word) => word !== undefined)
  const restarts = Number(at(status, 'restartCount') ?? 0)
  const last = at(status, 'lastState', 'terminated')
  const before = last === undefined ? '' : `; before: ${textAt(last, 'reason')}, ${exitReason(last)}`
  return sanitizeLine(
    `${textAt(status, 'name')}: ${state}${words.length > 0 ? ` (${words.join(': ')})` : ''}, ` +
      `${restarts} ${restarts === 1 ? 'restart' : 'restarts'}${before}`
  )
}

interface LogDeps {
  cluster: Pick<RolloutDeps['cluster'], 'readLog'>
  toFailure: RolloutDeps['toFailure']
}

const tailLines = 25

/**
 * The last lines of a container, or why they are unavailable; empty if it has not run.
 * @param wanted the container; by default the one that is not ready
 */
export async function containerLog(
  pod: KubernetesObject,
  wanted: string | undefined,
  namespace: string,
  deps: LogDeps
): Promise<Evidence[]> {
  const container = wanted ?? textAt(unreadyContainer(pod), 'name')
  const status = containerStatuses(pod).find((each) => at(each, 'name') === container)
  const [state, last] = [at(status, 'state'), at(status, 'lastState', 'terminated')]
  if (container === undefined || (at(state, 'running') ?? at(state, 'terminated') ?? last) === undefined) return []
  // Before a restart, the run that ended is the previous one.
  const restarts = at(state, 'waiting') !== undefined
  const signal = AbortSignal.timeout(explanationMilliseconds)
  for (const previous of [restarts, !restarts]) {
    try {
      const limits = { tailLines, signal }
      const text = await deps.cluster.readLog(namespace, pod.metadata.name, container, previous, limits)
      // The kubelet responds with this text and status 200 after it has removed a container.
      if (text.trim() === '' || text.startsWith('unable to retrieve container logs')) continue
      return [{ title: `Last lines of container ${container}${previous ? ', before its restart' : ''}`, text }]
    } catch (error) {
      const reason = signal.aborted ? tooLate : unavailableReason(error, pod, namespace, deps)
      if (reason !== undefined) return [{ title: `No log of container ${container}`, text: reason }]
    }
  }
  return []
}

const tooLate =
  `no answer within ${formatDuration(explanationMilliseconds)}: the API server fetches it from the kubelet of the node ` +
  'on port 10250'

/** Other refusals say that there is no such log, which is no news. */
function unavailableReason(
  error: unknown,
  pod: KubernetesObject,
  namespace: string,
  deps: LogDeps
): string | undefined {
  const attempt = { verb: 'read the log of', object: `Pod/${pod.metadata.name}`, namespace }
  const { code, message, hint } = deps.toFailure(error, attempt)
  if (code === 'forbidden' || code === 'unauthorized') return `${message}\n${hint}`
  return code === 'cluster-unreachable' ? message : undefined
}

/** The kernel's message for a program of another architecture, in the log or in the message of the runtime. */
export const wrongArchitecture = /exec format error/
export const architectureHint =
  'the program is built for a different architecture than the node: use an image for the node architecture'

/** Reasons in the log of a container that exits, and what to do; `$1` is the captured text. */
const reasons: [RegExp, string][] = [
  [wrongArchitecture, architectureHint],
  [/No space left on device/, 'its volume is full: enlarge it or free space'],
  [/Read-only file system/, 'it writes to a read-only mount: correct readOnly in its volumeMounts'],
  [
    /Permission denied/,
    'it has no permission on a file: compare runAsUser, runAsGroup and fsGroup with the owner of the volume'
  ],
  [/Reading the configuration file, at line (\d+)/, 'correct line $1 of redis.conf, or of a file that it includes'],
  [/FATAL CONFIG FILE ERROR|Bad directive/, 'correct the redis.conf line that the log names']
]

/** The hint after a crash loop, with what the last log lines reveal beyond the exit code. */
export function hintWithLog(code: FailureCode, hint: string, evidence: readonly Evidence[]): string {
  const log = evidence.find(({ title }) => title.startsWith('Last lines'))?.text ?? ''
  if (code !== 'crash-loop') return hint
  for (const [pattern, remedy] of reasons) {
    const found = pattern.exec(log)
    if (found !== null) return `${remedy.replace('$1', found[1] ?? '')}; ${hint}`
  }
  return hint
}
