import { Octokit } from '@octokit/core'
import type { Clock, Deadline } from '../deadline.ts'
import { formatDuration } from '../units.ts'
import { errorFrom, GitHubError } from './errors.ts'
import { retryDelay } from './retry.ts'

export interface GitHubConnection {
  /** As GITHUB_API_URL has it; GitHub Enterprise Server has a path in it. */
  apiUrl: string
  token: string
  clock: Clock
  /** The end of all requests and of the waits between them; a wait that GitHub asks for does not count. */
  deadline: Deadline
  /** The end of everything, with the waits that GitHub asks for. */
  patience: Deadline
  signal: AbortSignal
  log(line: string): void
}

export interface Answer {
  data: unknown
  headers: unknown
}

export interface GitHubRequest<T> {
  /** As octokit has it: the method, and a path with the names of parameters, or a URL. */
  route: string
  parameters?: Readonly<Record<string, string | number>>
  /** What the answer says; undefined if it is not one that this API gives. */
  read(answer: Answer): T | undefined
  /** For what must not be done twice: asked, before it is sent again, whether it was done. */
  isDone?(): Promise<T | undefined>
}

/** GitHub ends a request after ten seconds itself (docs.github.com, Troubleshooting the REST API, Timeouts). */
const answerMilliseconds = 11_000

/** Octokit would write to the console, of deprecations for instance, and name the URL. */
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore }

/**
 * Requests to the API, sent again where that helps, within the deadline. The plugins of octokit for that wait on timers
 * of their own, without an end and without our clock; they also send a POST again whose answer was lost, which would be
 * a second comment.
 */
export class GitHubClient {
  readonly #octokit: Octokit
  readonly #connection: GitHubConnection
  /** Milliseconds for which GitHub had asked. */
  #waited = 0

  constructor(connection: GitHubConnection) {
    const { token, apiUrl } = connection
    this.#connection = connection
    this.#octokit = new Octokit({
      auth: token,
      baseUrl: apiUrl,
      userAgent: 'redis-cache-action',
      log: silent,
      request: { log: silent }
    })
  }

  /** @throws GitHubError; the reason of the signal when it is aborted */
  async request<T>(request: GitHubRequest<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#send(request)
      } catch (error) {
        if (!(error instanceof GitHubError)) throw error
        const delay = retryDelay(error, attempt)
        if (delay === undefined) throw error
        await this.#pause(delay, error)
        // Where rates are limited, GitHub says that it did nothing.
        const done = error.wait === undefined ? await request.isDone?.() : undefined
        if (done !== undefined) return done
      }
    }
  }

  /** @throws the error if there is no time to wait */
  async #pause(delay: number, error: GitHubError): Promise<void> {
    const { patience, clock, signal, log } = this.#connection
    const isAsked = error.wait !== undefined
    if (delay >= (isAsked ? patience.remaining : this.#remaining)) throw error
    if (isAsked) log(`GitHub limits requests: waiting ${formatDuration(delay)}`)
    const start = clock.now()
    await clock.sleep(delay, signal)
    if (isAsked) this.#waited += clock.now() - start
  }

  get #remaining(): number {
    const { deadline, patience } = this.#connection
    // Not `deadline.remaining`, which is never less than nothing.
    const left = deadline.milliseconds + this.#waited - deadline.elapsed
    return Math.max(0, Math.min(left, patience.remaining))
  }

  async #send<T>({ route, parameters, read }: GitHubRequest<T>): Promise<T> {
    const { deadline, signal, apiUrl } = this.#connection
    const server = new URL(apiUrl).host
    const limit = Math.ceil(Math.min(answerMilliseconds, this.#remaining))
    const silence = () => new GitHubError(`${server}: no answer within ${formatDuration(limit)}`)
    if (limit === 0) throw new GitHubError(`${server}: not done within ${formatDuration(deadline.elapsed)}`)
    const timeout = AbortSignal.timeout(limit)
    const request = { signal: AbortSignal.any([signal, timeout]) }
    const answer: Answer = await this.#octokit.request(route, { ...parameters, request }).catch((error: unknown) => {
      signal.throwIfAborted()
      throw timeout.aborted ? silence() : errorFrom(error, server)
    })
    const result = read(answer)
    // An answer that breaks off is none that octokit complains of.
    if (result !== undefined) return result
    throw timeout.aborted ? silence() : new GitHubError(`${server}: an answer that is not of its API`)
  }
}

function ignore(): void {}
