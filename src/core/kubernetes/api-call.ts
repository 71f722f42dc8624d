import type { Failure } from '../failure.ts'

/** What was tried, for the sentence: `read`, `Secret/redis-credentials`. */
interface ApiCall {
  verb: string
  object: string
  namespace: string
}

interface ApiCallDeps {
  toFailure(error: unknown, attempt: ApiCall): Failure
  signal: AbortSignal
}

/**
 * Lets a request to the cluster be made.
 * @throws Failure that says what was tried; of a cancelled run, its reason
 */
export async function apiCall<T>(
  attempt: ApiCall,
  { toFailure, signal }: ApiCallDeps,
  request: () => Promise<T>
): Promise<T> {
  try {
    return await request()
  } catch (error) {
    signal.throwIfAborted()
    throw toFailure(error, attempt)
  }
}
