import type { FailureCode } from '../failure.ts'
import { type KubernetesObject, objectId } from '../kubernetes-object.ts'
import { formatDuration } from '../units.ts'
import { harmlessLine } from '../untrusted-text.ts'
import { syncStatus } from './external-secret.ts'
import { type Freshness, notSynced, operatorHint, stale } from './freshness.ts'
import { syncInterval, syncsOnce, writesNothing } from './refresh.ts'

/** How far the clocks of this machine and of the operator may be apart, in milliseconds. */
const clockTolerance = 60_000

/** Where nothing is waited for. */
export type Standing =
  | Exclude<Freshness, { state: 'waiting' }>
  | { state: 'failing' }
  /** It succeeded, and nothing tells what AWS holds since. */
  | { state: 'unknown'; detail: string }

/**
 * Whether the last sync of an ExternalSecret still counts, if nothing is forced: it succeeded, is of the newest
 * generation, and not older than it should be.
 */
export function standing(externalSecret: KubernetesObject, namespace: string, now: Date): Standing {
  const refused = (sentence: string, code: FailureCode = 'secret-stale'): Standing => {
    return { state: 'refused', refusal: { code, sentence, hint: operatorHint(externalSecret, namespace) } }
  }
  const { ready, version, refreshTime } = syncStatus(externalSecret)
  const { generation } = externalSecret.metadata
  const id = objectId(externalSecret)
  if (ready === undefined) return refused(`${id} has never been synced`, 'external-secret-error')
  if (ready.status !== 'True') return { state: 'failing' }
  const nothing = writesNothing(externalSecret)
  if (nothing !== undefined) return { state: 'refused', refusal: stale(externalSecret, nothing, '') }
  const refusal = notSynced(externalSecret, ready)
  if (refusal !== undefined) return { state: 'refused', refusal }
  if (version?.startsWith(`${generation}-`) !== true) {
    const synced = `generation ${generation}, synced: ${harmlessLine(version ?? 'never')}`
    return refused(`${id} was changed since it was synced last (${synced})`)
  }
  const age = now.getTime() - Date.parse(refreshTime ?? '')
  if (Number.isNaN(age)) return refused(`${id} has no refreshTime`)
  const once = syncsOnce(externalSecret, namespace)
  if (once !== undefined) return unknown(refreshTime, `${once.line} ${once.effect}`)
  const interval = syncInterval(externalSecret)
  if (interval === undefined) return unknown(refreshTime, 'no sync is due at a known time')
  const detail = `at ${refreshTime}, ${span(age)} ago; a sync is due every ${span(interval)}`
  return age > 2 * interval + clockTolerance
    ? refused(`the last sync of ${id} is too old: it was ${detail}`)
    : { state: 'fresh', detail }
}

function unknown(refreshTime: string | undefined, why: string): Standing {
  return { state: 'unknown', detail: `at ${refreshTime}; ${why}; not shown to be what AWS holds now` }
}

/** A span of time; after hours nobody needs the minutes. */
function span(milliseconds: number): string {
  const hours = Math.round(milliseconds / 3_600_000)
  if (hours < 2) return formatDuration(Math.max(0, milliseconds))
  return hours < 72 ? `${hours} h` : `${Math.round(hours / 24)} days`
}
