import { at, listAt, textAt } from '../kubernetes-object.ts'
import { type Answer, GitHubClient, type GitHubConnection } from './client.ts'
import { GitHubError } from './errors.ts'

export interface PullRequestPlace {
  owner: string
  repository: string
  number: number
}

export interface StoredComment {
  id: number
  body: string
}

interface Page {
  comments: (StoredComment & { author: string | undefined })[]
  next: number | undefined
}

/** Who writes with the token that a workflow has by default. */
const defaultAuthor = 'github-actions[bot]'

const list = '/repos/{owner}/{repo}/issues/{number}/comments'
const one = '/repos/{owner}/{repo}/issues/comments/{id}'

/**
 * The comments of one pull request that the owner of the token has written. Everybody can write a comment that looks
 * like ours, and a token that may write may also change the comments of others; so it is the author that counts.
 */
export class PullRequestComments {
  readonly #client: GitHubClient
  readonly #graphql: string
  readonly #place: { owner: string; repo: string; number: number }
  #author: string | undefined

  constructor({ owner, repository, number }: PullRequestPlace, connection: GitHubConnection) {
    this.#client = new GitHubClient(connection)
    this.#graphql = `${connection.apiUrl.replace(/\/v3$/, '')}/graphql`
    this.#place = { owner, repo: repository, number }
  }

  /**
   * Our comments whose body passes, on the first page that has any; the list goes from the oldest to the newest and has
   * no other order (docs.github.com, List issue comments).
   * @throws GitHubError
   */
  async find(isOurs: (body: string) => boolean): Promise<StoredComment[]> {
    for (let page: number | undefined = 1; page !== undefined; ) {
      const { comments, next }: Page = await this.#client.request({
        route: `GET ${list}`,
        parameters: { ...this.#place, per_page: 100, page },
        read: pageIn
      })
      const passing = comments.filter(({ body }) => isOurs(body))
      const author = passing.length === 0 ? undefined : await this.#whoWeAre()
      const own = passing.filter((comment) => comment.author === author)
      if (own.length > 0) return own.map(({ id, body }) => ({ id, body }))
      page = next
    }
    return []
  }

  /** @throws GitHubError */
  async create(body: string, isOurs: (body: string) => boolean): Promise<void> {
    const { author } = await this.#client.request({
      route: `POST ${list}`,
      parameters: { ...this.#place, body },
      read: createdIn,
      isDone: async () => ((await this.find(isOurs)).length > 0 ? { author: undefined } : undefined)
    })
    this.#author = author ?? this.#author
  }

  /**
   * @returns false if the comment is gone
   * @throws GitHubError
   */
  update(id: number, body: string): Promise<boolean> {
    return this.#unlessGone({ route: `PATCH ${one}`, parameters: { ...this.#where, id, body } })
  }

  /** @throws GitHubError */
  async delete(id: number): Promise<void> {
    await this.#unlessGone({ route: `DELETE ${one}`, parameters: { ...this.#where, id } })
  }

  get #where(): { owner: string; repo: string } {
    const { owner, repo } = this.#place
    return { owner, repo }
  }

  async #unlessGone(request: { route: string; parameters: Record<string, string | number> }): Promise<boolean> {
    try {
      return await this.#client.request({ ...request, read: () => true })
    } catch (error) {
      if (error instanceof GitHubError && error.status === 404) return false
      throw error
    }
  }

  /** `GET /user` knows people only; GraphQL also says as which app an installation token speaks: `name[bot]`. */
  async #whoWeAre(): Promise<string> {
    if (this.#author !== undefined) return this.#author
    try {
      const { login } = await this.#client.request({
        route: `POST ${this.#graphql}`,
        parameters: { query: '{ viewer { login } }' },
        read: ({ data }) => ({ login: textAt(data, 'data', 'viewer', 'login') })
      })
      this.#author = login ?? defaultAuthor
    } catch (error) {
      if (!(error instanceof GitHubError) || error.status === undefined || error.wait !== undefined) throw error
      this.#author = defaultAuthor
    }
    return this.#author
  }
}

function pageIn({ data, headers }: Answer): Page | undefined {
  if (!Array.isArray(data)) return undefined
  const comments = listAt(data).flatMap((comment) => {
    const id = at(comment, 'id')
    if (typeof id !== 'number') return []
    return [{ id, body: textAt(comment, 'body') ?? '', author: textAt(comment, 'user', 'login') }]
  })
  return { comments, next: nextPage(textAt(headers, 'link') ?? '') }
}

/** The number from `<https://…/comments?per_page=100&page=2>; rel="next"`, so that the token goes to no other place. */
function nextPage(link: string): number | undefined {
  const number = /<[^>]*[?&]page=(\d+)[^>]*>; rel="next"/.exec(link)?.[1]
  return number === undefined ? undefined : Number(number)
}

function createdIn({ data }: Answer): { author: string | undefined } | undefined {
  return typeof at(data, 'id') === 'number' ? { author: textAt(data, 'user', 'login') } : undefined
}
