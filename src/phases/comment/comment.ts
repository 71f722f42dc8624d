import type { StoredComment } from '../../clients/github/comments.ts'
import { commentBody } from './body.ts'
import type { RunNumber } from './context.ts'
import type { CommentDeps, CommentInputs, CommentOutcome, OwnComments } from './deps.ts'
import { compareRuns, isMarkable, isMarked, runIn } from './marker.ts'

/**
 * The time limit for everything, in milliseconds, including the waits demanded by GitHub: at least a minute for a
 * secondary limit without a time.
 */
export const commentMilliseconds = 180_000

/**
 * Updates the one comment of this environment in the pull request. It never throws: problems are reported in a notice.
 */
export async function comment(inputs: CommentInputs, deps: CommentDeps): Promise<CommentOutcome> {
  const { mode, pullRequest, token, environment } = inputs
  if (mode === 'never') return 'skipped: comment is never'
  if (pullRequest === undefined) return 'skipped: not a pull request'
  if (!isMarkable(environment)) return 'skipped: the environment has no valid name'
  const skip = (reason: string, hint: string): CommentOutcome => {
    deps.notice(`there is no comment in pull request #${pullRequest.number}: ${reason}`, hint)
    return `skipped: ${reason}`
  }
  if (token === undefined) return skip('there is no token', 'set the input `github-token`, or leave it out')
  try {
    return await settle(inputs, deps.open(pullRequest, token))
  } catch (error) {
    const { reason, hint } = deps.toCommentError(error, pullRequest)
    return skip(reason, hint)
  }
}

/**
 * Looks, acts and looks again, because another run may do the same now. GitHub cannot change a comment only if it is
 * unchanged; the remaining race is the time between the last look and the update, one request.
 */
async function settle(inputs: CommentInputs, comments: OwnComments): Promise<CommentOutcome> {
  const body = commentBody(inputs)
  const isOurs = (text: string) => isMarked(text, inputs.environment)
  const gone = new Set<number>()
  let created = false
  for (;;) {
    const own = (await comments.find(isOurs)).filter(({ id }) => !gone.has(id))
    if (own.length === 0) {
      // Either it was deleted at once, or the list is out of date.
      if (created) return 'created'
      if (inputs.mode === 'auto' && !inputs.hasNews) return 'skipped: nothing changes and nothing failed'
      await comments.create(body, isOurs)
      created = true
      continue
    }
    const { update, remove, isOutdated } = decisionFor(own, { run: inputs.run, body })
    if (update !== undefined && !(await comments.update(update, body))) {
      gone.add(update)
      continue
    }
    for (const id of remove) await comments.delete(id)
    if (isOutdated) return 'skipped: a newer run has commented'
    return update !== undefined ? 'updated' : created ? 'created' : 'unchanged'
  }
}

/** What to do with our comments about an environment, of which there should be one. */
interface CommentDecision {
  /** The comment that gets the new text. */
  update: number | undefined
  /** Surplus comments from two concurrent runs. */
  remove: number[]
  /** A newer run has commented, and its text must stay. */
  isOutdated: boolean
}

/**
 * Every run comes to the same result in any order: the oldest comment stays and gets the text of the newest run. A
 * comment of a newer run is left to that run, because it is about to move its text into the oldest one.
 * @param own at least one
 */
export function decisionFor(own: readonly StoredComment[], wanted: { run: RunNumber; body: string }): CommentDecision {
  const [oldest, ...others] = own.toSorted((a, b) => a.id - b.id)
  const isNewer = ({ body }: StoredComment) => compareRuns(runIn(body), wanted.run) > 0
  const isOutdated = own.some(isNewer)
  return {
    update: isOutdated || oldest?.body === wanted.body ? undefined : oldest?.id,
    remove: others.filter((comment) => !isNewer(comment)).map(({ id }) => id),
    isOutdated
  }
}
