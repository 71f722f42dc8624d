import type { Clock } from '../deadline.ts'
import { messageOf } from '../failure.ts'
import { formatDuration } from '../units.ts'
import { harmlessLine } from '../untrusted-text.ts'
import { NetworkError } from './errors.ts'

/** How long an API server may be silent before that is told, in milliseconds. */
export const quietMilliseconds = 3_000

/** Tells once that an API server does not answer, and once that it does again, whichever of the requests notice. */
export class Outage {
  readonly #server: URL
  readonly #clock: Clock
  readonly #log: (line: string) => void
  #since: number | undefined
  #isTold = false
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
    if (this.#clock.now() - this.#since >= quietMilliseconds) this.#tell(reason)
  }

  /** An attempt of that time has had no answer for as long as is told. */
  silent(sent: number): void {
    // One request that takes its time is no outage where others are answered.
    if (this.#heardAt > sent) return
    this.#since ??= sent
    this.#tell(`no answer within ${quietMilliseconds / 1000} s`)
  }

  /** Any request was answered. */
  ended(): void {
    const now = this.#clock.now()
    if (this.#isTold) {
      this.#log(`the API server answers again, after ${formatDuration(now - (this.#since ?? now))}`)
    }
    this.#since = undefined
    this.#isTold = false
    this.#heardAt = now
  }

  #tell(reason: string): void {
    if (this.#isTold) return
    this.#isTold = true
    this.#log(`waiting for the API server at ${this.#server.host}: ${harmlessLine(reason)}`)
  }
}
