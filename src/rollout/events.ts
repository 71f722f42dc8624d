import { at, type KubernetesObject, textAt } from '../kubernetes-object.ts'

/** The events of one object, oldest first; by UID, so that those of an earlier pod of the same name do not count. */
export function eventsOf(object: KubernetesObject, events: readonly KubernetesObject[]): KubernetesObject[] {
  return events.filter((event) => at(event, 'involvedObject', 'uid') === object.metadata.uid).sort(byTime)
}

/** The message of the newest event with this reason. */
export function latest(events: readonly KubernetesObject[], reason: string): string | undefined {
  return textAt(
    events.findLast((event) => at(event, 'reason') === reason),
    'message'
  )
}

/** An event as a line: `Warning FailedMount (3 times): message`. */
export function eventLine(event: KubernetesObject): string {
  const count = Number(at(event, 'series', 'count') ?? at(event, 'count') ?? 1)
  const times = count > 1 ? ` (${count} times)` : ''
  return `${textAt(event, 'type')} ${textAt(event, 'reason')}${times}: ${textAt(event, 'message')}`
}

/** When an event was last seen; the newer events API leaves the older field empty. */
function timeOf(event: KubernetesObject): string {
  const times = [at(event, 'series', 'lastObservedTime'), at(event, 'lastTimestamp'), at(event, 'eventTime')]
  return textAt(times.find((time) => typeof time === 'string')) ?? textAt(event, 'metadata', 'creationTimestamp') ?? ''
}

function byTime(a: KubernetesObject, b: KubernetesObject): number {
  return timeOf(a).localeCompare(timeOf(b))
}
