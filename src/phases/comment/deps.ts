import type { StoredComment } from '../../clients/github/comments.ts'
import type { PullRequest, RunNumber } from './context.ts'

export interface CommentInputs {
  mode: CommentMode
  environment: string
  /** Markdown as the report makes it: everything that is not ours is escaped in it. */
  body: string
  /** Something would change, has changed, or failed. */
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

/** The comments of one pull request that the owner of the token has written. */
export interface OwnComments {
  /** Those whose body passes, on the first page that has any. */
  find(isOurs: (body: string) => boolean): Promise<StoredComment[]>
  /** Writes a comment once; if it is not known whether that was done, not again where one is found that passes. */
  create(body: string, isOurs: (body: string) => boolean): Promise<void>
  /** @returns whether the comment is still there */
  update(id: number, body: string): Promise<boolean>
  /** A comment that is gone already is no error. */
  delete(id: number): Promise<void>
}

/** Why there is no comment, and what to do about it. */
export interface CommentError {
  reason: string
  hint: string
}

export interface CommentDeps {
  /** Called only if GitHub is to be asked at all. */
  open(pullRequest: PullRequest, token: string): OwnComments
  /** Puts what GitHub threw into words. */
  toCommentError(error: unknown, pullRequest: PullRequest): CommentError
  /** Tells the user of what stands against a comment; a run does not fail for it. */
  notice(sentence: string, hint: string): void
}
