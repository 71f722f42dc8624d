import { PullRequestComments } from '../../src/clients/github/comments.ts'
import { toCommentError } from '../../src/clients/github/errors.ts'
import type { Clock } from '../../src/core/clock.ts'
import { Deadline } from '../../src/core/deadline.ts'
import { comment, commentMilliseconds } from '../../src/phases/comment/comment.ts'
import type { CommentInputs, CommentOutcome } from '../../src/phases/comment/deps.ts'
import { expectNoSecret } from '../support/captured.ts'
import type { GitHubApi } from '../support/github-api/server.ts'

/** Time that passes only while somebody waits, and then at once; octokit waits by itself, with setTimeout. */
class LeapClock implements Clock {
  /** Every wait of a second or more, in milliseconds. */
  readonly sleeps: number[] = []
  readonly #setTimeout = globalThis.setTimeout
  #now = 0

  constructor() {
    const leap = (act: () => void, milliseconds = 0): NodeJS.Timeout => {
      if (milliseconds >= 1000) this.sleeps.push(milliseconds)
      this.#now += milliseconds
      return this.#setTimeout(act)
    }
    globalThis.setTimeout = leap as typeof setTimeout
    const now = Date.now
    Date.now = () => now() + this.#now
  }

  now(): number {
    return this.#now
  }

  sleep(): Promise<void> {
    throw new Error('nobody waits with the clock')
  }
}

const clock = new LeapClock()

export interface Commented {
  /** What is told while it waits. */
  readonly log: string[]
  readonly outcome: CommentOutcome
  /** The sentence and the hint of each notice. */
  readonly notices: string[]
  /** How long it waited before it sent something again, in milliseconds. */
  readonly waited: number[]
}

export interface CommentingOptions {
  readonly deadline?: Deadline
}

/** Comments as the report does it; the token may be in nothing that is said meanwhile. */
export async function commenting(
  api: Pick<GitHubApi, 'url'>,
  inputs: Partial<CommentInputs> & Pick<CommentInputs, 'token'>,
  { deadline = new Deadline(clock, commentMilliseconds) }: CommentingOptions = {}
): Promise<Commented> {
  const before = clock.sleeps.length
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
          deadline,
          log: (line) => void log.push(line)
        }),
      toCommentError,
      notice: (sentence, hint) => void notices.push(`${sentence}\n${hint}`)
    }
  )
  expectNoSecret([outcome, ...notices, ...log].join('\n'), inputs.token === undefined ? [] : [inputs.token])
  return { outcome, notices, log, waited: clock.sleeps.slice(before) }
}
