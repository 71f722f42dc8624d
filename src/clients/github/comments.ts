import type { Octokit } from '@octokit/core'
import { at, listAt, textAt } from '../../core/kubernetes/object.ts'
import { GitHubClient, type GitHubConnection } from './client.ts'
import { GitHubError } from './errors.ts'

export interface PullRequestId {
  owner: string
  repository: string
  number: number
}

export interface StoredComment {
  id: number
  body: string
}

/** The author of comments written with the default token of a workflow. */
const defaultAuthor = 'github-actions[bot]'
const list = '/repos/{owner}/{repo}/issues/{issue_number}/comments'
const one = '/repos/{owner}/{repo}/issues/comments/{comment_id}'

/**
 * The comments on one pull request that the owner of the token wrote. Anyone can write a comment that looks like ours,
 * and a token may be able to change the comments of others, so the author decides.
 */
export class PullRequestComments {
  readonly #rest: GitHubClient
  /** A separate client: octokit takes a query for a write, and waits a second between two. */
  readonly #graphql: GitHubClient
  readonly #repository: { owner: string; repo: string }
  readonly #number: number
  #author: string | undefined

  constructor({ owner, repository, number }: PullRequestId, connection: GitHubConnection) {
    this.#rest = new GitHubClient(connection)
    this.#graphql = new GitHubClient(connection)
    this.#repository = { owner, repo: repository }
    this.#number = number
  }

  /**
   * Our comments whose body matches, on the first page that has any; the list is sorted from the oldest to the newest
   * and has no other order (docs.github.com, List issue comments). Pages are numbered, so the token is never sent to a
   * link.
   * @throws GitHubError
   */
  async find(isOurs: (body: string) => boolean): Promise<StoredComment[]> {
    for (let page = 1; ; page++) {
      const parameters = { ...this.#repository, issue_number: this.#number, per_page: 100, page }
      const { data, headers } = await this.#rest.request((octokit) => octokit.request(`GET ${list}`, parameters))
      const comments = commentsIn(data)
      const passing = comments.filter(({ body }) => isOurs(body))
      const author = passing.length === 0 ? undefined : await this.#whoWeAre()
      const own = passing.filter((comment) => comment.author === author)
      if (own.length > 0) return own.map(({ id, body }) => ({ id, body }))
      if (!/rel="next"/.test(headers.link ?? '')) return []
    }
  }

  /**
   * If the response is lost, the comment is searched for before it is sent once more: it may have been written.
   * @throws GitHubError
   */
  async create(body: string, isOurs: (body: string) => boolean): Promise<void> {
    const parameters = { ...this.#repository, issue_number: this.#number, body, request: { retries: 0 } }
    const send = async () => {
      const { data } = await this.#rest.request((octokit) => octokit.request(`POST ${list}`, parameters))
      this.#author = textAt(data, 'user', 'login') ?? this.#author
    }
    try {
      await send()
    } catch (error) {
      if (!(error instanceof GitHubError) || (error.status ?? 500) < 500) throw error
      if ((await this.find(isOurs)).length === 0) await send()
    }
  }

  /**
   * @returns false if the comment is gone
   * @throws GitHubError
   */
  update(id: number, body: string): Promise<boolean> {
    return this.#unlessGone((octokit) => octokit.request(`PATCH ${one}`, { ...this.#repository, comment_id: id, body }))
  }

  /** @throws GitHubError */
  async delete(id: number): Promise<void> {
    await this.#unlessGone((octokit) => octokit.request(`DELETE ${one}`, { ...this.#repository, comment_id: id }))
  }

  async #unlessGone(use: (octokit: Octokit) => Promise<unknown>): Promise<boolean> {
    try {
      await this.#rest.request(use)
      return true
    } catch (error) {
      if (error instanceof GitHubError && error.status === 404) return false
      throw error
    }
  }

  /** `GET /user` supports users only; GraphQL also names the app of an installation token: `name[bot]`. */
  async #whoWeAre(): Promise<string> {
    if (this.#author !== undefined) return this.#author
    try {
      const answer = await this.#graphql.request((octokit) => octokit.graphql('{ viewer { login } }'))
      this.#author = textAt(answer, 'viewer', 'login') ?? defaultAuthor
    } catch (error) {
      if (!(error instanceof GitHubError) || error.status === undefined || error.wait !== undefined) throw error
      this.#author = defaultAuthor
    }
    return this.#author
  }
}

function commentsIn(data: unknown): (StoredComment & { author: string | undefined })[] {
  if (!Array.isArray(data)) throw new GitHubError('the list of comments is not a list', 200)
  return listAt(data).flatMap((comment) => {
    const id = at(comment, 'id')
    if (typeof id !== 'number') return []
    return [{ id, body: textAt(comment, 'body') ?? '', author: textAt(comment, 'user', 'login') }]
  })
}
