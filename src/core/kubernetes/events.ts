import { at, type KubernetesObject, textAt } from './object.ts'

/**
 * The events of one object, oldest first; matched by UID, so that those of an earlier pod of the same name do not
 * count.
 */
export function eventsOf(object: KubernetesObject, events: readonly KubernetesObject[]): KubernetesObject[] {
  return events.filter((event) => at(event, 'involvedObject', 'uid') === object.metadata.uid).sort(byTime)
}

/** The events of a claim since a moment, oldest first; matched by name, because only administrators may read claims. */
export function eventsOfClaim(name: string, since: string, events: readonly KubernetesObject[]): KubernetesObject[] {
  return events
    .filter(({ involvedObject }) => at(involvedObject, 'kind') === 'PersistentVolumeClaim')
    .filter((event) => textAt(event, 'involvedObject', 'name') === name && timeOf(event) >= since)
    .sort(byTime)
}

/** The newest event with one of these reasons. */
export function newest(events: readonly KubernetesObject[], ...reasons: string[]): KubernetesObject | undefined {
  return events.findLast((event) => reasons.includes(textAt(event, 'reason') ?? ''))
}

/** The message of the newest event with this reason. */
export function latest(events: readonly KubernetesObject[], reason: string): string | undefined {
  return textAt(newest(events, reason), 'message')
}

/** Whether an event concerns this container; the kubelet refers to it by a field path of the pod. */
export function isOfContainer(event: KubernetesObject, name: string): boolean {
  const field = textAt(event, 'involvedObject', 'fieldPath')
  return field === undefined || field.endsWith(`{${name}}`)
}

/** An event as a line: `Warning FailedMount (3 times): message`. */
export function eventLine(event: KubernetesObject): string {
  const count = countOf(event)
  const times = count > 1 ? ` (${count} times)` : ''
  return `${textAt(event, 'type')} ${textAt(event, 'reason')}${times}: ${textAt(event, 'message')}`
}

/** How often an event was reported: identical messages are counted in one event. */
export function countOf(event: KubernetesObject): number {
  return Number(at(event, 'series', 'count') ?? at(event, 'count') ?? 1)
}

/** When an event was last seen; the newer events API leaves the older fields empty. */
export function timeOf(event: KubernetesObject): string {
  const times = [at(event, 'series', 'lastObservedTime'), at(event, 'lastTimestamp'), at(event, 'eventTime')]
  return textAt(times.find((time) => typeof time === 'string')) ?? textAt(event, 'metadata', 'creationTimestamp') ?? ''
}

/** Oldest first. */
export function byTime(a: KubernetesObject, b: KubernetesObject): number {
  return timeOf(a).localeCompare(timeOf(b))
}
