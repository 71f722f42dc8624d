import type { Clock } from './clock.ts'

/** The end of all waiting. The deadline of a run is created from the input `timeout` in `steps/run-deadline.ts`. */
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
