import { type Answer, answers } from './answers.ts'

export interface Identity {
  readonly login: string
  readonly type: 'Bot' | 'User'
  readonly canWrite: boolean
}

export interface Comment {
  readonly id: number
  readonly author: string
  readonly type: 'Bot' | 'User'
  body: string
}

const maximumLength = 65_536

/** The comments of one pull request, and the API requests for them. */
export class Comments {
  readonly #url: string
  readonly #repository: string
  readonly #number: number
  readonly #comments: Comment[] = []
  #lastId = 2_900_000_000
  locked = false

  /** @param url of the API, without a trailing slash */
  constructor(url: string, repository: string, number: number) {
    this.#url = url
    this.#repository = repository
    this.#number = number
  }

  get all(): readonly Comment[] {
    return this.#comments
  }

  add(author: string, type: 'Bot' | 'User', body: string): Comment {
    this.#lastId += 1 + (this.#comments.length % 7)
    const comment = { id: this.#lastId, author, type, body }
    this.#comments.push(comment)
    return comment
  }

  remove(id: number): boolean {
    const index = this.#comments.findIndex((comment) => comment.id === id)
    if (index >= 0) this.#comments.splice(index, 1)
    return index >= 0
  }

  /** Ascending, in pages, with links to the others if there are any. */
  list(query: URLSearchParams): Answer {
    const size = Math.min(Number(query.get('per_page') ?? 30), 100)
    const page = Number(query.get('page') ?? 1)
    const last = Math.ceil(this.#comments.length / size)
    const link = (name: string, number: number) =>
      `<${this.#url}/repositories/1300192/issues/${this.#number}/comments?per_page=${size}&page=${number}>; rel="${name}"`
    const links = [
      ...(page > 1 ? [link('prev', page - 1)] : []),
      ...(page < last ? [link('next', page + 1), link('last', last)] : []),
      ...(page > 1 ? [link('first', 1)] : [])
    ]
    const body = this.#comments.slice((page - 1) * size, page * size).map((comment) => this.#shown(comment))
    return { status: 200, body, ...(links.length > 0 && { headers: { link: links.join(', ') } }) }
  }

  create({ login, type }: Identity, text: string): Answer {
    if (this.locked) return answers.locked
    const checked = bodyIn(text)
    if (typeof checked !== 'string') return checked
    const shown = this.#shown(this.add(login, type, checked))
    return { status: 201, body: shown, headers: { location: shown.url } }
  }

  /** A user with write permission may also change the comments of others. */
  update(id: number, text: string): Answer {
    const comment = this.#comments.find((candidate) => candidate.id === id)
    if (comment === undefined) return answers.notFound
    const checked = bodyIn(text)
    if (typeof checked !== 'string') return checked
    comment.body = checked
    return { status: 200, body: this.#shown(comment) }
  }

  delete(id: number): Answer {
    return this.remove(id) ? { status: 204 } : answers.notFound
  }

  #shown({ id, author, type, body }: Comment) {
    return {
      url: `${this.#url}/repos/${this.#repository}/issues/comments/${id}`,
      html_url: `https://github.com/${this.#repository}/pull/${this.#number}#issuecomment-${id}`,
      issue_url: `${this.#url}/repos/${this.#repository}/issues/${this.#number}`,
      id,
      user: { login: author, id: 1000 + author.length, type, site_admin: false },
      created_at: '2026-11-02T09:30:00Z',
      updated_at: '2026-11-02T09:30:00Z',
      author_association: type === 'Bot' ? 'NONE' : 'CONTRIBUTOR',
      body,
      performed_via_github_app: null
    }
  }
}

/** The text of a comment in the body of a request, or its problem. */
function bodyIn(text: string): string | Answer {
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch {
    return answers.noJson
  }
  const body = typeof content === 'object' && content !== null && 'body' in content ? content.body : undefined
  if (typeof body !== 'string' || body === '') return answers.noBody
  return [...body].length > maximumLength ? answers.tooLong : body
}
