import { byTime, countOf, eventsOf } from '../../../core/kubernetes/events.ts'
import { at, type KubernetesObject, textAt } from '../../../core/kubernetes/object.ts'
import { sanitizeLine } from '../../../core/sanitize.ts'
import type { Reports } from './api-calls.ts'
import { awsCauses, brief, clusterCauses, describeExternalSecret, healing } from './known-errors.ts'
import { storeOf, syncStatus } from './status.ts'

/** Why the operator cannot sync. */
export interface SyncProblem {
  /** To be read after a colon. */
  sentence: string
  hint: string
  /** How long it is tolerated before it counts: what heals by itself gets more time. */
  toleranceMilliseconds: number
}

/**
 * Translates the event UpdateFailed of an ExternalSecret; its condition has the same message in every case. The
 * messages are those of the External Secrets Operator 0.20 to 2.9 with its AWS provider, and of AWS itself.
 * @param words the message of the event, or of the condition if there is no event
 * @param storeWords the message of the newest warning of its store
 */
export function syncProblem(
  words: string,
  externalSecret: KubernetesObject,
  namespace: string,
  storeWords?: string
): SyncProblem {
  const line = sanitizeLine(words.replace(/^\(combined from similar events\): /, '').replace(requestId, ''), 4_000)
  const [, key, reason = line] = /^error processing spec\.\S+(?: \(key: (.+?)\))?, err: (.+)$/.exec(line) ?? []
  const sync = {
    key: key ?? extractedKey(line, externalSecret),
    store: storeOf(externalSecret),
    namespace,
    storeWords: storeWords === undefined ? undefined : sanitizeLine(storeWords),
    said: sanitizeLine(reason)
  }
  for (const { pattern, tolerance = brief, explain } of [...clusterCauses, ...awsCauses]) {
    const match = pattern.exec(reason)
    if (match !== null) return { ...explain(sync, match.slice(1)), toleranceMilliseconds: tolerance }
  }
  const hint = `see what the operator reports: ${describeExternalSecret(externalSecret, namespace)}`
  return { sentence: sanitizeLine(line), hint, toleranceMilliseconds: brief }
}

/** The request ID differs with every attempt, and is only useful to AWS. */
const requestId = /, RequestID: [^\s,]*/g

/** The name of the secret in AWS if the message only contains its position in the spec. */
function extractedKey(line: string, externalSecret: KubernetesObject): string | undefined {
  const [, index] = /spec\.dataFrom\[(\d+)\]/.exec(line) ?? []
  return textAt(externalSecret, 'spec', 'dataFrom', Number(index ?? 0), 'extract', 'key')
}

/** An ExternalSecret at the moment when its sync was forced. */
export interface Start {
  object: KubernetesObject
  failures: readonly KubernetesObject[]
}

/** The problem of the operator since its sync was forced; undefined as long as there is none. */
export function problemSince(
  start: Start,
  object: KubernetesObject,
  reports: Reports,
  namespace: string
): SyncProblem | undefined {
  const failures = newFailures(failuresOf(object, reports.events), start.failures)
  if (failures.length > 0) return problemOf(failures, object, reports, namespace)
  if (!turnedFalse(start, object)) return undefined
  // The event is about to arrive; but if there are very many, the operator drops some.
  const toleranceMilliseconds = reports.refusal === undefined ? healing : brief
  return { ...problemOf([], object, reports, namespace), toleranceMilliseconds }
}

/** Whether the condition has become False since then, or has a new message. */
export function turnedFalse(start: Start, object: KubernetesObject): boolean {
  const { ready } = syncStatus(object)
  return ready?.status === 'False' && JSON.stringify(ready) !== JSON.stringify(syncStatus(start.object).ready)
}

/** The latest problem of the operator, whenever that was. */
export function lastProblem(object: KubernetesObject, reports: Reports, namespace: string): SyncProblem {
  return problemOf(failuresOf(object, reports.events), object, reports, namespace)
}

function problemOf(
  failures: readonly KubernetesObject[],
  object: KubernetesObject,
  { events, refusal }: Reports,
  namespace: string
): SyncProblem {
  const words = textAt(failures.at(-1), 'message')
  if (words !== undefined) return syncProblem(words, object, namespace, storeWords(object, events))
  const problem = syncProblem(syncStatus(object).ready?.message ?? '', object, namespace)
  if (refusal === undefined) return problem
  const sentence = `${problem.sentence}; its events would explain why: ${refusal.message}`
  return { ...problem, sentence, hint: refusal.hint }
}

/** The failed syncs of an ExternalSecret. Only their messages explain the problem. */
export function failuresOf(externalSecret: KubernetesObject, events: readonly KubernetesObject[]): KubernetesObject[] {
  return eventsOf(externalSecret, events).filter((event) => textAt(event, 'reason') === 'UpdateFailed')
}

/** Those that are new, or were reported again: identical messages are counted in one event. */
export function newFailures(
  failures: readonly KubernetesObject[],
  before: readonly KubernetesObject[]
): KubernetesObject[] {
  const known = new Map(before.map((event) => [event.metadata.uid, countOf(event)]))
  return failures.filter((event) => countOf(event) > (known.get(event.metadata.uid) ?? 0))
}

/** The latest warning of the store of an ExternalSecret. Events of a ClusterSecretStore are in another namespace. */
function storeWords(externalSecret: KubernetesObject, events: readonly KubernetesObject[]): string | undefined {
  const { kind, name } = storeOf(externalSecret)
  const isOfStore = (event: KubernetesObject) =>
    at(event, 'involvedObject', 'kind') === kind && at(event, 'involvedObject', 'name') === name
  const warnings = events.filter((event) => textAt(event, 'type') === 'Warning' && isOfStore(event)).sort(byTime)
  return textAt(warnings.at(-1), 'message')
}
