import { eventLine, eventsOf, latest } from '../events.ts'
import type { Evidence } from '../failure.ts'
import { at, type KubernetesObject, textAt } from '../kubernetes-object.ts'
import { harmlessLine } from '../untrusted-text.ts'
import { names, redisPod } from '../workload.ts'
import { containerStatuses } from './diagnosis.ts'
import { ending } from './ending.ts'
import type { Snapshot } from './status.ts'

interface LogSource {
  readLog(namespace: string, pod: string, container: string, previous: boolean): Promise<string>
}

/**
 * What a person would look at next: the states of the containers, the newest events, the last log lines.
 * @param container the one that has the problem; by default one that is not ready
 */
export async function gatherEvidence(
  snapshot: Snapshot,
  container: string | undefined,
  cluster: LogSource
): Promise<Evidence[]> {
  const { namespace, statefulSet } = snapshot
  const pod = redisPod(snapshot.pods)
  const events = [pod, statefulSet].flatMap((object) => (object === undefined ? [] : eventsOf(object, snapshot.events)))
  const logs = pod === undefined ? [] : await readLogs(namespace, pod, container, cluster)
  return [
    { title: `Containers of ${names.pod}`, text: containerStatuses(pod).map(stateLine).join('\n') },
    { title: 'Events', text: events.slice(-12).map(eventLine).join('\n') },
    ...logs
  ].filter(({ text }) => text !== '')
}

/** What the newest failed probe of redis-0 said. */
export function probeMessage({ pods, events }: Snapshot): string | undefined {
  const pod = redisPod(pods)
  const message = pod && latest(eventsOf(pod, events), 'Unhealthy')
  return message === undefined ? undefined : harmlessLine(message)
}

async function readLogs(
  namespace: string,
  pod: KubernetesObject,
  wanted: string | undefined,
  cluster: LogSource
): Promise<Evidence[]> {
  const statuses = containerStatuses(pod)
  const unready = statuses.find((each) => at(each, 'ready') !== true)
  const container = wanted ?? textAt(unready, 'name')
  const status = statuses.find((each) => at(each, 'name') === container)
  const ran =
    at(status, 'state', 'running') ?? at(status, 'lastState', 'terminated') ?? at(status, 'state', 'terminated')
  if (container === undefined || ran === undefined) return []
  // The run that ended says why; a newer one may not have got that far.
  const ended = at(status, 'state', 'terminated') !== undefined
  const restarted = !ended && at(status, 'lastState', 'terminated') !== undefined
  for (const previous of [restarted, !restarted]) {
    const text = await cluster.readLog(namespace, pod.metadata.name, container, previous).catch(() => '')
    // The kubelet answers so, with status 200, when it has removed a container already.
    if (text.trim() === '' || text.startsWith('unable to retrieve container logs')) continue
    return [{ title: `Last lines of container ${container}${previous ? ', before its restart' : ''}`, text }]
  }
  return []
}

function stateLine(status: unknown): string {
  const [state, detail] = Object.entries((at(status, 'state') as Record<string, unknown> | undefined) ?? {})[0] ?? [
    'unknown'
  ]
  const end = state === 'terminated' ? ending(detail) : undefined
  const words = [textAt(detail, 'reason'), end, textAt(detail, 'message')].filter((word) => word !== undefined)
  const restarts = Number(at(status, 'restartCount') ?? 0)
  const last = at(status, 'lastState', 'terminated')
  const before = last === undefined ? '' : `; before: ${textAt(last, 'reason')}, ${ending(last)}`
  return harmlessLine(
    `${textAt(status, 'name')}: ${state}${words.length > 0 ? ` (${words.join(': ')})` : ''}, ` +
      `${restarts} ${restarts === 1 ? 'restart' : 'restarts'}${before}`
  )
}
