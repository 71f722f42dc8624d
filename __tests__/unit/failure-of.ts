import { Failure } from '../../src/core/failure.ts'

/** The failure that a call throws; anything else that it throws is passed on, and nothing thrown is an error. */
export function failureOf(act: () => unknown): Failure {
  try {
    act()
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** Whether a call ends as a parser may: with a result or with a Failure, never with another error. */
export function endsOrFails(act: () => unknown): boolean {
  try {
    act()
    return true
  } catch (error) {
    return error instanceof Failure
  }
}
