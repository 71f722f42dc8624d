import type { Clock } from '../../core/clock.ts'
import { messageOf } from '../../core/failure.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { formatDuration } from '../../core/units.ts'
import { ApiError, isTransient, NetworkError } from './errors.ts'

/** What a failed request has behind it. */
interface Tries {
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
export function apiRetryDelay(error: unknown, { attempt, elapsed, answered }: Tries): number | undefined {
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

/** How long an API server may be silent before that is told, in milliseconds. */
export const quietMilliseconds = 3_000

/** Tells once that an API server does not answer, and once that it does again, whichever of the requests notice. */
export class Outage {
  readonly #server: URL
  readonly #clock: Clock
  readonly #log: (line: string) => void
  #since: number | undefined
  #isReported = false
  #heardAt = Number.NEGATIVE_INFINITY

  constructor(server: URL, clock: Clock, log: (line: string) => void) {
    this.#server = server
    this.#clock = clock
    this.#log = log
  }

  /** An attempt of that time got no answer, and there will be another one. */
  failed(sent: number, error: unknown): void {
    if (this.#heardAt > sent) return
    this.#since ??= sent
    const reason = error instanceof NetworkError ? error.reason : messageOf(error)
    if (this.#clock.now() - this.#since >= quietMilliseconds) this.#report(reason)
  }

  /** An attempt of that time has had no answer for as long as is told. */
  silent(sent: number): void {
    // One request that takes its time is no outage where others are answered.
    if (this.#heardAt > sent) return
    this.#since ??= sent
    this.#report(`no answer within ${quietMilliseconds / 1000} s`)
  }

  /** Any request was answered. */
  ended(): void {
    const now = this.#clock.now()
    if (this.#isReported) {
      this.#log(`the API server answers again, after ${formatDuration(now - (this.#since ?? now))}`)
    }
    this.#since = undefined
    this.#isReported = false
    this.#heardAt = now
  }

  #report(reason: string): void {
    if (this.#isReported) return
    this.#isReported = true
    this.#log(`waiting for the API server at ${this.#server.host}: ${sanitizeLine(reason)}`)
  }
}
