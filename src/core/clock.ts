/** Time as phases see it, so that tests can own it. */
export interface Clock {
  /** Milliseconds that only grow. */
  now(): number
  /** Waits; rejects with the signal's reason when it is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
}

/** The end of all waiting: one a program, made from the input `timeout`. */
export class Deadline {
  readonly #clock: Clock
  readonly #start: number
  readonly #end: number
  readonly milliseconds: number

  constructor(clock: Clock, milliseconds: number) {
    this.#clock = clock
    this.#start = clock.now()
    this.#end = this.#start + milliseconds
    this.milliseconds = milliseconds
  }

  get remaining(): number {
    return Math.max(0, this.#end - this.#clock.now())
  }

  get elapsed(): number {
    return this.#clock.now() - this.#start
  }

  get passed(): boolean {
    return this.remaining === 0
  }
}
