import { eventLine, eventsOf } from '../events.ts'
import type { Evidence } from '../failure.ts'
import { at, textAt } from '../kubernetes-object.ts'
import { harmlessLine } from '../untrusted-text.ts'
import { names, redisPod } from '../workload.ts'
import { containerLog } from './container-log.ts'
import { ending } from './ending.ts'
import { containerStatuses } from './readiness.ts'
import type { RolloutPorts } from './rollout.ts'
import type { Snapshot } from './status.ts'

/**
 * What a person would look at next: the states of the containers, the newest events, the last log lines.
 * @param container the one that has the problem; by default one that is not ready
 */
export async function gatherEvidence(
  snapshot: Snapshot,
  container: string | undefined,
  ports: Pick<RolloutPorts, 'cluster' | 'toFailure'>
): Promise<Evidence[]> {
  const { namespace, statefulSet } = snapshot
  const pod = redisPod(snapshot.pods)
  const events = [pod, statefulSet].flatMap((object) => (object === undefined ? [] : eventsOf(object, snapshot.events)))
  const logs = pod === undefined ? [] : await containerLog(pod, container, namespace, ports)
  return [
    { title: `Containers of ${names.pod}`, text: containerStatuses(pod).map(stateLine).join('\n') },
    { title: 'Events', text: events.slice(-12).map(eventLine).join('\n') },
    ...logs
  ].filter(({ text }) => text !== '')
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
