import { readFile } from 'node:fs/promises'
import { PullRequestComments } from '../clients/github/comments.ts'
import { toCommentError } from '../clients/github/errors.ts'
import type { Runner } from '../clients/runner/runner.ts'
import { systemClock } from '../clients/runner/system-clock.ts'
import { Deadline } from '../core/deadline.ts'
import { maximumReportBytes } from '../phases/comment/body.ts'
import { comment, commentMilliseconds } from '../phases/comment/comment.ts'
import { contextOf } from '../phases/comment/context.ts'
import type { CommentMode } from '../phases/comment/deps.ts'
import { summaryOf } from '../phases/report/summary.ts'
import type { Run } from '../phases/report/verdict.ts'

/** Updates the comment of the pull request, if the run is for one; it never fails the run. */
export async function commentOn(run: Run, mode: CommentMode, token: string | undefined, runner: Runner): Promise<void> {
  const { pullRequest, run: number, runUrl, apiUrl } = contextOf(process.env, await readEvent())
  if (pullRequest === undefined) return
  const outcome = await comment(
    {
      mode,
      environment: run.environment ?? '',
      body: summaryOf(run, maximumReportBytes),
      hasNews: run.verdict === 'failed' || isChanging(run),
      pullRequest,
      run: number,
      runUrl,
      token
    },
    {
      open: (pullRequest, secret) =>
        new PullRequestComments(pullRequest, {
          apiUrl,
          token: secret,
          deadline: new Deadline(systemClock, commentMilliseconds),
          log: (line) => runner.log(line)
        }),
      toCommentError,
      notice: (sentence, hint) => runner.notice('Redis cache: no comment', `${sentence}\nNext: ${hint}`)
    }
  )
  runner.log(`comment ${outcome}`)
}

function isChanging({ mode, plan, objects = [], leftovers = [] }: Run): boolean {
  if (mode !== 'plan' || plan === undefined) return objects.some(({ change }) => change !== 'unchanged')
  // Leftovers are all that a plan reports about a change that only removes objects.
  return leftovers.length > 0 || plan.objects.some(({ action }) => action !== 'unchanged' && action !== 'valid')
}

async function readEvent(): Promise<unknown> {
  const path = process.env['GITHUB_EVENT_PATH'] ?? ''
  try {
    return path === '' ? undefined : JSON.parse(await readFile(path, 'utf8'))
  } catch {
    // Without the event the pull request is unknown; the result of the run is valid anyway.
    return undefined
  }
}
