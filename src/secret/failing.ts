import { type KubernetesObject, textAt } from '../kubernetes-object.ts'
import { brief, healing } from './cause.ts'
import { failuresOf, newFailures, storeWords } from './events.ts'
import { syncStatus } from './external-secret.ts'
import type { Reports } from './requests.ts'
import { type SyncProblem, syncProblem } from './sync-problem.ts'

/** An ExternalSecret at the moment when it was told to sync. */
export interface Start {
  object: KubernetesObject
  failures: readonly KubernetesObject[]
}

/** What the operator failed at since it was told to sync; undefined as long as it did not. */
export function problemSince(
  start: Start,
  object: KubernetesObject,
  reports: Reports,
  namespace: string
): SyncProblem | undefined {
  const failures = newFailures(failuresOf(object, reports.events), start.failures)
  if (failures.length > 0) return problemOf(failures, object, reports, namespace)
  if (!turnedFalse(start, object)) return undefined
  // The event is about to come; but of very many the operator drops some.
  const toleranceMilliseconds = reports.refusal === undefined ? healing : brief
  return { ...problemOf([], object, reports, namespace), toleranceMilliseconds }
}

/** Whether the condition has become False since then, or says something else. */
export function turnedFalse(start: Start, object: KubernetesObject): boolean {
  const { ready } = syncStatus(object)
  return ready?.status === 'False' && JSON.stringify(ready) !== JSON.stringify(syncStatus(start.object).ready)
}

/** What the operator failed at last, whenever that was. */
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
  const sentence = `${problem.sentence}; its events would tell why: ${refusal.message}`
  return { ...problem, sentence, hint: refusal.hint }
}
