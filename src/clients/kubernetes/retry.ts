import type { Clock } from '../../core/clock.ts'
import { messageOf } from '../../core/failure.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { formatDuration } from '../../core/units.ts'
import { ApiError, isUnreadable, NetworkError } from './errors.ts'

/** The history of a failed request. */
interface Tries {
  /** The number of attempts. */
  attempt: number
  /** Time since the first attempt, in milliseconds. */
  elapsed: number
  /** Whether this server has properly responded to any request of the run. */
  answered: boolean
}

const longestDelay = 2_700
const fewAttempts = 4
/** How long to wait for a server that never responded, in milliseconds; the last delay is added. */
const patienceAtFirst = 3_000

/** Whether the same request may succeed a moment later: the server is busy or restarting, or the connection broke. */
export function isTransient(error: unknown): error is ApiError | NetworkError {
  if (error instanceof ApiError) return [429, 500, 502, 503, 504].includes(error.status) && !isUnreadable(error)
  return error instanceof NetworkError && brokenOff.includes(error.code)
}

const brokenOff = ['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN']

/**
 * Milliseconds after which a failed request is repeated, undefined if that would not help. A server that has responded
 * before may be restarting, and is awaited without a limit here; one that never did is probably the wrong one.
 */
export function apiRetryDelay(error: unknown, { attempt, elapsed, answered }: Tries): number | undefined {
  if (!isTransient(error)) return undefined
  const status = error instanceof ApiError ? error.status : undefined
  const wanted = error instanceof ApiError ? error.retryAfter : undefined
  if (status === 429 && wanted !== undefined) return Math.max(wanted * 1000, 100)
  if (!answered && elapsed >= patienceAtFirst) return undefined
  // Errors inside the server, such as those of a webhook, seldom heal; an etcd leader election does.
  const isOutage = status !== 500 || error.message.startsWith('etcdserver:')
  if (attempt >= fewAttempts && !(answered && isOutage)) return undefined
  return wanted === undefined ? Math.min(100 * 3 ** attempt, longestDelay) : Math.max(wanted * 1000, 100)
}

/** How long an API server may be silent before that is logged, in milliseconds. */
export const quietMilliseconds = 3_000

/** Logs once that an API server does not respond, and once that it does again, whichever requests notice. */
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

  /** An attempt started at that time got no response, and there will be another one. */
  failed(sent: number, error: unknown): void {
    if (this.#heardAt > sent) return
    this.#since ??= sent
    const reason = error instanceof NetworkError ? error.reason : messageOf(error)
    if (this.#clock.now() - this.#since >= quietMilliseconds) this.#report(reason)
  }

  /** An attempt started at that time has been waiting as long as the limit for logging. */
  silent(sent: number): void {
    // A single slow request is not an outage while others succeed.
    if (this.#heardAt > sent) return
    this.#since ??= sent
    this.#report(`no answer within ${quietMilliseconds / 1000} s`)
  }

  /** Some request got a response. */
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
