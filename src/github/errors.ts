import { at, listAt, textAt } from '../kubernetes-object.ts'
import { harmlessLine } from '../untrusted-text.ts'

/**
 * What GitHub said where it refused, or that it said nothing. Nothing of the request is in it, and no cause: errors of
 * the client carry headers.
 */
export class GitHubError extends Error {
  override readonly name = 'GitHubError'
  /** Of HTTP; undefined if there was no answer, or none that can be read. */
  readonly status: number | undefined
  /** Milliseconds before which GitHub wants no other request. */
  readonly wait: number | undefined

  constructor(message: string, status?: number, wait?: number) {
    super(message)
    this.status = status
    this.wait = wait
  }
}

/** What a request of octokit threw, as far as it may be shown. */
export function errorFrom(error: unknown, server: string): GitHubError {
  const response = at(error, 'response')
  const status = at(response, 'status')
  if (typeof status !== 'number') {
    // Only the code: the message of an invalid header quotes it, token and all.
    const code = textAt(error, 'cause', 'cause', 'code') ?? textAt(error, 'cause', 'code')
    return new GitHubError(`${server}: ${code ?? 'no connection'}`)
  }
  const message = messageIn(at(response, 'data')) ?? `HTTP status ${status}`
  return new GitHubError(message, status, waitIn(status, message, at(response, 'headers')))
}

function messageIn(data: unknown): string | undefined {
  const message = textAt(data, 'message')
  if (message === undefined) return undefined
  const details = listAt(data, 'errors').map((error) => textAt(error, 'message') ?? textAt(error, 'code'))
  return harmlessLine([message, ...details.filter((detail) => detail !== undefined)].join(': '), 300)
}

const oneMinute = 60_000

/**
 * Both kinds of rate limits answer 403 or 429. In this order: `retry-after` in seconds, the end of the window if nothing
 * remains of it, else at least one minute (docs.github.com, Rate limits for the REST API, Exceeding the rate limit).
 */
function waitIn(status: number, message: string, headers: unknown): number | undefined {
  if (status !== 403 && status !== 429) return undefined
  const retryAfter = numberAt(headers, 'retry-after')
  if (retryAfter !== undefined) return retryAfter * 1000
  if (numberAt(headers, 'x-ratelimit-remaining') === 0) {
    const reset = (numberAt(headers, 'x-ratelimit-reset') ?? Number.NaN) * 1000
    // By GitHub's own clock, and after the last second of the window.
    const left = reset + 1000 - Date.parse(textAt(headers, 'date') ?? '')
    return Number.isFinite(left) ? Math.max(left, 1000) : oneMinute
  }
  return status === 429 || /secondary rate limit|abuse detection/i.test(message) ? oneMinute : undefined
}

function numberAt(headers: unknown, name: string): number | undefined {
  const text = textAt(headers, name)
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}
