import type { GitHubError } from './errors.ts'

const attempts = 4

/**
 * Milliseconds after which a request is sent again, undefined where that would not help.
 * @param attempt how often it was sent
 */
export function retryDelay({ status, wait }: GitHubError, attempt: number): number | undefined {
  if (attempt >= attempts) return undefined
  if (wait !== undefined) return Math.max(wait, 1000)
  return status === undefined || status >= 500 ? 1000 * 2 ** (attempt - 1) : undefined
}
