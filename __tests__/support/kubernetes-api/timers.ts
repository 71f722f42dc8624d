import { setTimeout as sleep } from 'node:timers/promises'

/** All timers of one API, so that closing it ends all of them. */
export class Timers {
  readonly #closing = new AbortController()

  get closing(): AbortSignal {
    return this.#closing.signal
  }

  close(): void {
    this.#closing.abort()
  }

  after(milliseconds: number, action: () => void): void {
    this.background(async () => {
      await sleep(milliseconds, undefined, { signal: this.closing })
      action()
    }, this.closing)
  }

  /** Runs a task that may be cancelled; any other failure is a defect of this API and must not be swallowed. */
  background(task: () => Promise<void>, signal: AbortSignal): void {
    task().catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  }
}
