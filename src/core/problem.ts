import type { Clock } from './clock.ts'
import type { FailureCode } from './failure.ts'

/** A reason why the awaited state will probably not be reached. */
export interface Problem {
  code: FailureCode
  sentence: string
  hint: string
  /** How long it is tolerated, in milliseconds: 0 for what cannot heal. */
  toleranceMilliseconds: number
  /** The container whose log explains more. */
  container?: string
}

/** Tracks for how long the same problem has been seen. */
export class ProblemTimer {
  readonly #clock: Clock
  #code: string | undefined
  #since = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get duration(): number {
    return this.#clock.now() - this.#since
  }

  /** Records the current problem. @returns how much longer it is tolerated, 0 if it is time to fail */
  remainingTolerance(problem: Pick<Problem, 'code' | 'toleranceMilliseconds'> | undefined): number {
    if (problem?.code !== this.#code) this.#since = this.#clock.now()
    this.#code = problem?.code
    if (problem === undefined) return Number.POSITIVE_INFINITY
    return Math.max(0, problem.toleranceMilliseconds - this.duration)
  }
}
