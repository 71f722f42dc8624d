import type { FailureCode } from './failure.ts'

/** A reason why what is waited for will not end well. */
export interface Problem {
  code: FailureCode
  sentence: string
  hint: string
  /** How long it may last before it counts: 0 for what cannot heal. */
  toleranceMilliseconds: number
  /** The container whose log tells more. */
  container?: string
}
