import { ApiError, isTransient } from './errors.ts'

/** What a failed request has behind it. */
export interface Tries {
  /** How often it was sent. */
  attempt: number
  /** Since it was sent first, in milliseconds. */
  elapsed: number
  /** Whether this server has answered any request of the run properly. */
  answered: boolean
}

const longestDelay = 2_700
const fewAttempts = 4
/** How long a server that never answered may be waited for, in milliseconds; the last delay comes on top. */
const patienceAtFirst = 3_000

/**
 * Milliseconds after which a failed request is sent again, undefined where that would not help. A server that was there
 * may be restarting, and is waited for without a limit of ours; one that never was is probably the wrong one.
 */
export function retryDelay(error: unknown, { attempt, elapsed, answered }: Tries): number | undefined {
  if (!isTransient(error)) return undefined
  const status = error instanceof ApiError ? error.status : undefined
  const wanted = error instanceof ApiError ? error.retryAfter : undefined
  if (status === 429 && wanted !== undefined) return Math.max(wanted * 1000, 100)
  if (!answered && elapsed >= patienceAtFirst) return undefined
  // What fails inside the server, such as a webhook, seldom heals; etcd that elects a leader does.
  const isOutage = status !== 500 || error.message.startsWith('etcdserver:')
  if (attempt >= fewAttempts && !(answered && isOutage)) return undefined
  return wanted === undefined ? Math.min(100 * 3 ** attempt, longestDelay) : Math.max(wanted * 1000, 100)
}
