import { formatDuration } from '../units.ts'
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

/** GitHub ends a request after ten seconds itself (docs.github.com, Troubleshooting the REST API, Timeouts). */
export const answerMilliseconds = 11_000

/** What a request of octokit threw, as far as it may be shown. */
export function errorFrom(error: unknown, server: string, wait?: number): GitHubError {
  const response = at(error, 'response')
  const status = at(response, 'status')
  if (textAt(error, 'name') === 'GraphqlResponseError') return new GitHubError(messageIn(response) ?? 'no data', 200)
  if (typeof status !== 'number') return new GitHubError(`${server}: ${withoutAnswer(at(error, 'cause'))}`)
  return new GitHubError(messageIn(at(response, 'data')) ?? `HTTP status ${status}`, status, wait)
}

/** Only the code or the name: the message of an invalid header quotes it, token and all. */
function withoutAnswer(cause: unknown): string {
  const name = textAt(cause, 'name')
  if (name === 'TimeoutError') return `no answer within ${formatDuration(answerMilliseconds)}`
  if (name === 'SyntaxError') return 'an answer that is not of its API'
  return textAt(cause, 'cause', 'code') ?? textAt(cause, 'code') ?? 'no connection'
}

function messageIn(data: unknown): string | undefined {
  const message = textAt(data, 'message')
  if (message === undefined) return undefined
  const details = listAt(data, 'errors').map((error) => textAt(error, 'message') ?? textAt(error, 'code'))
  return harmlessLine([message, ...details.filter((detail) => detail !== undefined)].join(': '), 300)
}
