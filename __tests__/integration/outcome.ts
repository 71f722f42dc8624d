import { Failure } from '../../src/core/failure.ts'

/** A phase that ended, either way. */
export type Ended<T> = { result: T; failure?: undefined } | { result?: undefined; failure: Failure }

/** Waits for a phase; anything thrown that is no Failure is passed on. */
export async function ended<T>(phase: Promise<T>): Promise<Ended<T>> {
  try {
    return { result: await phase }
  } catch (error) {
    if (error instanceof Failure) return { failure: error }
    throw error
  }
}

/** The failure of a phase that must not succeed. */
export async function failureOf(phase: Promise<unknown>): Promise<Failure> {
  const { failure } = await ended(phase)
  if (failure === undefined) throw new Error('nothing was thrown')
  return failure
}

/** Everything that a failure says. */
export function wordsOf({ message, hint, evidence }: Failure): string {
  return [message, hint, ...evidence.flatMap(({ title, text }) => [title, text])].join('\n')
}
