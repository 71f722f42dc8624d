import { comment, commentMilliseconds, patienceMilliseconds } from '../../src/comment/comment.ts'
import type { CommentInputs, CommentOutcome } from '../../src/comment/ports.ts'
import { type Clock, Deadline } from '../../src/deadline.ts'
import { PullRequestComments } from '../../src/github/comments.ts'
import { toRefusal } from '../../src/github/refusal.ts'
import { expectNoSecret } from '../support/captured.ts'
import type { GitHubApi } from '../support/github-api/server.ts'

/** Time that passes only while somebody waits, and then at once. */
export class LeapClock implements Clock {
  /** Every wait that was asked for, in milliseconds. */
  readonly sleeps: number[] = []
  #now = 0

  now(): number {
    return this.#now
  }

  async sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.sleeps.push(milliseconds)
    this.#now += milliseconds
  }
}

export interface Commented {
  /** What is told while it waits. */
  readonly log: string[]
  readonly outcome: CommentOutcome
  /** The sentence and the hint of each notice. */
  readonly notices: string[]
  readonly waited: number[]
}

export interface CommentingOptions {
  readonly deadline?: Deadline
  readonly signal?: AbortSignal
}

/** Comments as the report does it; the token may be in nothing that is said meanwhile. */
export async function commenting(
  api: Pick<GitHubApi, 'url'>,
  inputs: Partial<CommentInputs> & Pick<CommentInputs, 'token'>,
  { deadline, signal = new AbortController().signal }: CommentingOptions = {}
): Promise<Commented> {
  const clock = new LeapClock()
  const [notices, log]: [string[], string[]] = [[], []]
  const outcome = await comment(
    {
      mode: 'auto',
      environment: 'staging',
      body: 'two objects would change',
      hasNews: true,
      pullRequest: { owner: 'hospital', repository: 'erp', number: 12, isFork: false },
      run: { id: 100, attempt: 1 },
      runUrl: 'https://github.com/hospital/erp/actions/runs/100/attempts/1',
      ...inputs
    },
    {
      open: (place, token) =>
        new PullRequestComments(place, {
          apiUrl: api.url,
          token,
          clock,
          deadline: deadline ?? new Deadline(clock, commentMilliseconds),
          patience: new Deadline(clock, patienceMilliseconds),
          signal,
          log: (line) => void log.push(line)
        }),
      refusal: toRefusal,
      notice: (sentence, hint) => void notices.push(`${sentence}\n${hint}`)
    }
  )
  expectNoSecret([outcome, ...notices, ...log].join('\n'), inputs.token === undefined ? [] : [inputs.token])
  return { outcome, notices, log, waited: clock.sleeps }
}
