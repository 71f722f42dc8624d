import type { FailureCode } from '../../../core/failure.ts'
import { type KubernetesObject, objectId } from '../../../core/kubernetes/object.ts'
import type { Check } from '../../../core/result.ts'
import { sanitizeLine } from '../../../core/sanitize.ts'
import { formatDuration } from '../../../core/units.ts'
import type { SecretDeps } from '../deps.ts'
import { readReports } from './api-calls.ts'
import { cannotSyncFailure, refusedByFailure } from './failures.ts'
import {
  type Freshness,
  heldBackFailure,
  notSyncedFailure,
  operatorHint,
  syncInterval,
  syncsOnce,
  writesNothing
} from './refresh-policy.ts'
import { syncStatus } from './status.ts'
import { lastProblem } from './sync-problem.ts'

/**
 * Judges the last sync of an ExternalSecret, and writes nothing.
 * @returns its time, for the report; relaxed if it is unknown whether AWS changed since
 * @throws Failure if the Secret does not match AWS, as far as that is known
 */
export async function checkLastSync(
  stored: KubernetesObject,
  namespace: string,
  deps: SecretDeps
): Promise<Pick<Check, 'detail' | 'relaxed'>> {
  const state = lastSyncStatus(stored, namespace, deps.date())
  if (state.state === 'fresh') return { detail: state.detail }
  if (state.state === 'unknown') return { detail: state.detail, relaxed: true }
  if (state.state === 'refused') throw refusedByFailure(state.refusal)
  const reports = await readReports(namespace, deps)
  throw cannotSyncFailure(stored, lastProblem(stored, reports, namespace), undefined, reports, namespace)
}

/** The tolerated difference between the clocks of this machine and of the operator, in milliseconds. */
const clockTolerance = 60_000

/** The state without waiting. */
type LastSyncStatus =
  | Exclude<Freshness, { state: 'waiting' }>
  | { state: 'failing' }
  /** It succeeded, and it is unknown whether AWS changed since. */
  | { state: 'unknown'; detail: string }

/**
 * Whether the last sync of an ExternalSecret still counts, if none is forced: it succeeded, is of the newest
 * generation, and not older than it should be.
 */
export function lastSyncStatus(externalSecret: KubernetesObject, namespace: string, now: Date): LastSyncStatus {
  const refused = (sentence: string, code: FailureCode = 'secret-stale'): LastSyncStatus => {
    return { state: 'refused', refusal: { code, sentence, hint: operatorHint(externalSecret, namespace) } }
  }
  const { ready, version, refreshTime } = syncStatus(externalSecret)
  const { generation } = externalSecret.metadata
  const id = objectId(externalSecret)
  if (ready === undefined) return refused(`${id} has never been synced`, 'external-secret-error')
  if (ready.status !== 'True') return { state: 'failing' }
  const nothing = writesNothing(externalSecret)
  if (nothing !== undefined) return { state: 'refused', refusal: heldBackFailure(externalSecret, nothing, '') }
  const refusal = notSyncedFailure(externalSecret, ready)
  if (refusal !== undefined) return { state: 'refused', refusal }
  if (version?.startsWith(`${generation}-`) !== true) {
    const synced = `generation ${generation}, synced: ${sanitizeLine(version ?? 'never')}`
    return refused(`${id} was changed after its last sync (${synced})`)
  }
  const age = now.getTime() - Date.parse(refreshTime ?? '')
  if (Number.isNaN(age)) return refused(`${id} has no refreshTime`)
  const once = syncsOnce(externalSecret, namespace)
  if (once !== undefined) return unknown(refreshTime, `${once.line} ${once.effect}`)
  const interval = syncInterval(externalSecret)
  if (interval === undefined) return unknown(refreshTime, 'no sync is scheduled at a known time')
  const detail = `at ${refreshTime}, ${span(age)} ago; a sync is due every ${span(interval)}`
  return age > 2 * interval + clockTolerance
    ? refused(`the last sync of ${id} is too old: ${detail}`)
    : { state: 'fresh', detail }
}

function unknown(refreshTime: string | undefined, why: string): LastSyncStatus {
  return { state: 'unknown', detail: `at ${refreshTime}; ${why}; not confirmed to match AWS` }
}

/** A duration; after hours the minutes are irrelevant. */
function span(milliseconds: number): string {
  const hours = Math.round(milliseconds / 3_600_000)
  if (hours < 2) return formatDuration(Math.max(0, milliseconds))
  return hours < 72 ? `${hours} h` : `${Math.round(hours / 24)} days`
}
