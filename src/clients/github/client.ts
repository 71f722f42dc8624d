import { randomUUID } from 'node:crypto'
import { Octokit } from '@octokit/core'
import { retry } from '@octokit/plugin-retry'
import { throttling } from '@octokit/plugin-throttling'
import type { Deadline } from '../../core/deadline.ts'
import { formatDuration } from '../../core/units.ts'
import { errorFrom, GitHubError, githubAnswerMilliseconds } from './errors.ts'

export interface GitHubConnection {
  /** From GITHUB_API_URL, which has a path on GitHub Enterprise Server. */
  apiUrl: string
  token: string
  /** The deadline of all requests and of the waits between them. */
  deadline: Deadline
  log(line: string): void
}

/** The number of retries. */
const retries = 2

/** Octokit would write to the console, deprecations for instance, including the URL. */
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore }

const RetryingOctokit = Octokit.plugin(throttling, retry)

/**
 * Requests to the API within the deadline. The octokit plugins retry failed requests, even those that must not be
 * repeated (`retries: 0` prevents it), and wait where GitHub limits the rate.
 */
export class GitHubClient {
  readonly #octokit: Octokit
  readonly #server: string
  readonly #deadline: Deadline
  readonly #end: AbortSignal
  /** The milliseconds that GitHub demanded to wait, if that was too long. */
  #wait: number | undefined

  constructor({ token, apiUrl, deadline, log }: GitHubConnection) {
    this.#server = new URL(apiUrl).host
    this.#deadline = deadline
    this.#end = AbortSignal.timeout(deadline.milliseconds)
    const mayWait = (seconds: number, _options: unknown, _octokit: unknown, sentAgain: number): boolean => {
      const wait = seconds * 1000
      const isWorthIt = sentAgain < retries && wait < deadline.remaining
      if (isWorthIt) log(`GitHub limits requests: waiting ${formatDuration(wait)}`)
      else this.#wait = wait
      return isWorthIt
    }
    this.#octokit = new RetryingOctokit({
      auth: token,
      baseUrl: apiUrl,
      userAgent: 'redis-cache-action',
      log: silent,
      request: { log: silent, fetch: (url: string, options: RequestInit) => fetchWhole(url, options, this.#end) },
      // Clients with the same id wait for each other's writes.
      throttle: { id: randomUUID(), onRateLimit: mayWait, onSecondaryRateLimit: mayWait },
      // A rate limit that the throttling plugin does not recognise must not be met by a second request.
      retry: { retries, doNotRetry: [400, 401, 403, 404, 410, 422, 429, 451] }
    })
  }

  /**
   * @param use makes one request with the given octokit
   * @throws GitHubError
   */
  async request<T>(use: (octokit: Octokit) => Promise<T>): Promise<T> {
    const { promise: ended, reject } = Promise.withResolvers<never>()
    const end = () =>
      reject(new GitHubError(`${this.#server}: not done within ${formatDuration(this.#deadline.milliseconds)}`))
    // A signal that is already aborted fires no event.
    if (this.#end.aborted) end()
    this.#end.addEventListener('abort', end)
    try {
      // The waits of the plugins ignore signals.
      return await Promise.race([use(this.#octokit), ended])
    } catch (error) {
      throw error instanceof GitHubError ? error : errorFrom(error, this.#server, this.#wait)
    } finally {
      this.#end.removeEventListener('abort', end)
    }
  }
}

/**
 * One attempt. A broken or invalid JSON response fails here and is retried: octokit would accept it.
 * @param end of the run; a signal of the request itself would apply to all attempts together
 */
async function fetchWhole(url: string, options: RequestInit, end: AbortSignal): Promise<Response> {
  const signal = AbortSignal.any([end, AbortSignal.timeout(githubAnswerMilliseconds)])
  const response = await fetch(url, { ...options, signal })
  const text = await response.text()
  if (response.ok && text !== '') JSON.parse(text)
  return new Response(text === '' ? null : text, response)
}

function ignore(): void {}
