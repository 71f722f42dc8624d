import type { StoredComment } from '../../clients/github/comments.ts'
import type { PullRequest, RunNumber } from './context.ts'

export interface CommentInputs {
  mode: CommentMode
  environment: string
  /** The Markdown of the report: all foreign text in it is escaped. */
  body: string
  /** Whether something would change, has changed, or failed. */
  hasNews: boolean
  pullRequest: PullRequest | undefined
  run: RunNumber
  /** The page of the run. */
  runUrl: string | undefined
  token: string | undefined
}

export const commentModes = ['auto', 'always', 'never'] as const
export type CommentMode = (typeof commentModes)[number]

export type CommentOutcome = 'created' | 'updated' | 'unchanged' | `skipped: ${string}`

/** The comments on one pull request that the owner of the token wrote. */
export interface OwnComments {
  /** Those whose body matches, on the first page that has any. */
  find(isOurs: (body: string) => boolean): Promise<StoredComment[]>
  /** Writes a comment once; if the response is lost, it is only repeated if no matching comment is found. */
  create(body: string, isOurs: (body: string) => boolean): Promise<void>
  /** @returns whether the comment still exists */
  update(id: number, body: string): Promise<boolean>
  /** A comment that is already gone is not an error. */
  delete(id: number): Promise<void>
}

/** Why there is no comment, and what to do about it. */
export interface CommentError {
  reason: string
  hint: string
}

export interface CommentDeps {
  /** Called only if requests to GitHub are needed at all. */
  open(pullRequest: PullRequest, token: string): OwnComments
  /** Puts what GitHub threw into words. */
  toCommentError(error: unknown, pullRequest: PullRequest): CommentError
  /** Tells the user of what stands against a comment; a run does not fail for it. */
  notice(sentence: string, hint: string): void
}
