import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type Answer, answers } from './answers.ts'
import { type Comment, Comments, type Identity } from './comments.ts'
import { type Fault, Faults } from './faults.ts'

export { answers } from './answers.ts'
export type { Comment } from './comments.ts'

export interface RecordedRequest {
  readonly method: string
  /** Without the prefix, which all of the API has except GraphQL. */
  readonly path: string
  readonly query: URLSearchParams
  readonly body: string
  /** Undefined for an unknown token. */
  readonly login: string | undefined
}

export interface GitHubApi extends AsyncDisposable {
  /** As in GITHUB_API_URL. */
  readonly url: string
  readonly requests: readonly RecordedRequest[]
  /** Everything in the pull request, from the oldest to the newest. */
  readonly comments: readonly Comment[]
  /** A token for an identity; by default the token that a workflow gets. */
  token(identity?: Partial<Identity>): string
  /** Writes a comment like another user. */
  write(author: string, body: string): Comment
  remove(id: number): void
  /** Locks the conversation. */
  lock(): void
  fault(fault: Fault): void
  close(): Promise<void>
}

export interface GitHubApiOptions {
  /** The API path of GitHub Enterprise Server. */
  readonly prefix?: '/api/v3'
  readonly repository?: string
  readonly pullRequest?: number
}

/**
 * Starts an HTTP server that responds for one pull request like api.github.com: the same bytes in the same shape, with
 * the headers that clients use. The shapes are those of the recordings in octokit/fixtures and of docs.github.com.
 */
export async function startGitHubApi(options: GitHubApiOptions = {}): Promise<GitHubApi> {
  const { prefix = '', repository = 'hospital/erp', pullRequest = 12 } = options
  const identities = new Map<string, Identity>()
  const faults = new Faults()
  const requests: RecordedRequest[] = []
  const server = createServer((request, response) => {
    // An error in here becomes a response that no test expects.
    serve(request, response).catch((error: unknown) => {
      response.writeHead(500).end(`the stand-in is broken: ${String(error)}`)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}${prefix}`
  const comments = new Comments(url, repository, pullRequest)
  // Beside the prefix, not under it: `/api/graphql`.
  const graphql = `${prefix.replace(/\/v3$/, '')}/graphql`
  let used = 0

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { pathname, searchParams: query } = new URL(request.url ?? '/', url)
    const path = pathname.startsWith(prefix) ? pathname.slice(prefix.length) : pathname
    const identity = identities.get(/^(?:token|bearer) (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '')
    const body = Buffer.concat(chunks).toString('utf8')
    const recorded = { method: request.method ?? '', path, query, body, login: identity?.login }
    requests.push(recorded)
    used += 1
    const fault = faults.take(recorded.method, path)
    if (fault === 'hang') return
    if (typeof fault === 'object' && 'meeting' in fault) await faults.meet(fault)
    const isAnswer = typeof fault === 'object' && 'status' in fault
    const answer = fault === 'reset' ? undefined : isAnswer ? fault : answerTo(recorded, identity, request)
    if (answer === undefined || fault === 'lose-answer') request.socket.destroy()
    else send(response, answer, used)
  }

  function answerTo(request: RecordedRequest, identity: Identity | undefined, { headers }: IncomingMessage): Answer {
    const { method, path, query, body } = request
    if (headers['user-agent'] === undefined) return { status: 403, body: 'Request forbidden by administrative rules.' }
    if (identity === undefined) return answers.badCredentials
    if (path === graphql) return { status: 200, body: { data: { viewer: { login: identity.login } } } }
    if (path === '/user' && identity.type === 'Bot') return answers.notAccessible
    const list = [`/repos/${repository}/issues/${pullRequest}/comments`, `/repositories/1300192/issues/12/comments`]
    if (list.includes(path) && method === 'GET') return comments.list(query)
    const id = Number(new RegExp(`^/repos/${repository}/issues/comments/(\\d+)$`).exec(path)?.[1])
    const isWrite = (list.includes(path) && method === 'POST') || (id > 0 && ['PATCH', 'DELETE'].includes(method))
    if (!isWrite) return answers.notFound
    if (!identity.canWrite) return answers.notAccessible
    if (method === 'POST') return comments.create(identity, body)
    return method === 'PATCH' ? comments.update(id, body) : comments.delete(id)
  }

  const close = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  return {
    url,
    requests,
    get comments() {
      return comments.all
    },
    token({ login = 'github-actions[bot]', type = 'Bot', canWrite = true } = {}) {
      const token = `ghs_${randomBytes(18).toString('hex')}`
      identities.set(token, { login, type, canWrite })
      return token
    },
    write: (author, body) => comments.add(author, author.endsWith('[bot]') ? 'Bot' : 'User', body),
    remove: (id) => void comments.remove(id),
    lock() {
      comments.locked = true
    },
    fault: (fault) => faults.add(fault),
    close,
    [Symbol.asyncDispose]: close
  }
}

/** A workflow may send a thousand requests an hour. */
const limit = 1000

function send(response: ServerResponse, { status, body, headers = {} }: Answer, used: number): void {
  const isText = typeof body === 'string'
  const text = body === undefined ? '' : isText ? body : JSON.stringify(body)
  const type = isText && body.startsWith('<') ? 'text/html' : 'application/json; charset=utf-8'
  response.writeHead(status, {
    server: 'github.com',
    ...(status !== 204 && { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
    'x-github-media-type': 'github.v3; format=json',
    'x-github-request-id': `B6EC:251F:415FC3:${used}`,
    'x-accepted-github-permissions': 'issues=write; pull_requests=write',
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(limit - used),
    'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 3600),
    'x-ratelimit-used': String(used),
    'x-ratelimit-resource': 'core',
    ...headers
  })
  response.end(text)
}
