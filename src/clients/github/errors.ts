import { messageOf } from '../../core/failure.ts'
import { at, listAt, textAt } from '../../core/kubernetes/object.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { formatDuration } from '../../core/units.ts'

/**
 * The refusal of GitHub, or its missing response. It contains nothing of the request and no cause: errors of the client
 * carry headers.
 */
export class GitHubError extends Error {
  override readonly name = 'GitHubError'
  /** The HTTP status; undefined without a response, or with an unreadable one. */
  readonly status: number | undefined
  /** The milliseconds before which GitHub accepts no other request. */
  readonly wait: number | undefined

  constructor(message: string, status?: number, wait?: number) {
    super(message)
    this.status = status
    this.wait = wait
  }
}

/** GitHub itself ends a request after ten seconds (docs.github.com, Troubleshooting the REST API, Timeouts). */
export const githubAnswerMilliseconds = 11_000

/** What an octokit request threw, as far as it may be shown. */
export function errorFrom(error: unknown, server: string, wait?: number): GitHubError {
  const response = at(error, 'response')
  const status = at(response, 'status')
  if (textAt(error, 'name') === 'GraphqlResponseError') return new GitHubError(messageIn(response) ?? 'no data', 200)
  if (typeof status !== 'number') return new GitHubError(`${server}: ${withoutAnswer(at(error, 'cause'))}`)
  return new GitHubError(messageIn(at(response, 'data')) ?? `HTTP status ${status}`, status, wait)
}

/** Only the code or the name: the message about an invalid header quotes it with the token. */
function withoutAnswer(cause: unknown): string {
  const name = textAt(cause, 'name')
  if (name === 'TimeoutError') return `no answer within ${formatDuration(githubAnswerMilliseconds)}`
  if (name === 'SyntaxError') return 'a response that is not from its API'
  return textAt(cause, 'cause', 'code') ?? textAt(cause, 'code') ?? 'no connection'
}

function messageIn(data: unknown): string | undefined {
  const message = textAt(data, 'message')
  if (message === undefined) return undefined
  const details = listAt(data, 'errors').map((error) => textAt(error, 'message') ?? textAt(error, 'code'))
  return sanitizeLine([message, ...details.filter((detail) => detail !== undefined)].join(': '), 300)
}

const permission = 'add `pull-requests: write` under `permissions:` of the job'
const report = 'please report it with the log of this run'
const later = 'run the job again later, or read the job summary, which has the same content'

/** Why the comment was refused, and what to do about it. Everything that GitHub wrote is already sanitized. */
export function toCommentError(error: unknown, { isFork }: { isFork: boolean }): { reason: string; hint: string } {
  if (!(error instanceof GitHubError)) return { reason: `unexpected error: ${messageOf(error)}`, hint: report }
  const { status, message, wait } = error
  if (status === undefined) {
    return { reason: `GitHub does not answer (${message})`, hint: 'check that the runner can reach `GITHUB_API_URL`' }
  }
  if (wait !== undefined) {
    return { reason: `GitHub limits requests and asks to wait ${formatDuration(wait)}`, hint: later }
  }
  if (status === 429) return { reason: `GitHub limits requests (${message})`, hint: later }
  if (status >= 500) return { reason: `GitHub fails (${message})`, hint: later }
  if (status === 401) {
    return {
      reason: `GitHub rejects the token (${message})`,
      hint: 'set the input `github-token`, or leave it out'
    }
  }
  if (/\b(locked|archived)\b/i.test(message)) {
    return {
      reason: `GitHub accepts no comment (${message})`,
      hint: 'unlock the conversation, or set `comment: never`'
    }
  }
  if (status === 403 && isFork) {
    return {
      reason: `the token of a pull request from a fork can only read (${message})`,
      hint: 'read the job summary, which has the same content; `pull_request_target` is not a safe alternative'
    }
  }
  if (status === 403 || status === 404) return { reason: `the token may not comment (${message})`, hint: permission }
  return { reason: `GitHub rejects the comment (${message})`, hint: report }
}
