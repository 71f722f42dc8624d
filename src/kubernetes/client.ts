import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Clock } from '../deadline.ts'
import type { Connection } from './connection.ts'
import { ApiError, isTransient, NetworkError } from './errors.ts'

export interface ApiRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  query?: Record<string, string>
  contentType?: string
  body?: string
}

export interface ApiResponse {
  status: number
  body: unknown
  /** What the server warns of: deprecations, Pod Security. */
  warnings: string[]
}

/** Longer than any honest answer takes; a silent server must not hold a run until its deadline. */
const silenceMilliseconds = 15_000
const attempts = 4

/** Requests to one API server over few connections that stay open. */
export class ApiClient {
  readonly connection: Connection
  readonly #clock: Clock
  readonly #signal: AbortSignal

  constructor(connection: Connection, clock: Clock, signal: AbortSignal) {
    this.connection = connection
    this.#clock = clock
    this.#signal = signal
  }

  /**
   * Every request of ours may be sent twice without a second effect, so a transient error is tried again.
   * @throws ApiError if the server refuses, NetworkError if there is no answer, the signal's reason when aborted
   */
  async request(request: ApiRequest): Promise<ApiResponse> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#send(request)
      } catch (error) {
        this.#signal.throwIfAborted()
        if (!isTransient(error) || attempt === attempts) throw error
        const wanted = error instanceof ApiError ? error.retryAfter : undefined
        await this.#clock.sleep(wanted === undefined ? 100 * 3 ** attempt : Math.min(wanted, 10) * 1000, this.#signal)
      }
    }
  }

  close(): void {
    this.connection.agent.destroy()
  }

  #send({ method, path, query, contentType, body }: ApiRequest): Promise<ApiResponse> {
    const { server, agent, headers } = this.connection
    const url = new URL(`${server.pathname.replace(/\/$/, '')}${path}`, server)
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value)
    const send = url.protocol === 'http:' ? httpRequest : httpsRequest
    return new Promise((resolve, reject) => {
      const fail = (error: unknown) => reject(new NetworkError(server, error))
      const request = send(url, {
        method,
        agent,
        signal: this.#signal,
        timeout: silenceMilliseconds,
        headers: {
          ...headers,
          accept: 'application/json',
          'user-agent': 'redis-cache-action',
          ...(body !== undefined && { 'content-type': contentType, 'content-length': Buffer.byteLength(body) })
        }
      })
      request.on('timeout', () => request.destroy(new Error(`no answer within ${silenceMilliseconds / 1000} s`)))
      request.on('error', fail)
      request.on('response', (response) => {
        response.on('error', fail)
        read(response).then(resolve, reject)
      })
      request.end(body)
    })
  }
}

async function read(response: IncomingMessage): Promise<ApiResponse> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  const isJson = response.headers['content-type']?.includes('json') === true
  const body: unknown = isJson && text !== '' ? JSON.parse(text) : text
  const status = response.statusCode ?? 0
  if (status >= 400) {
    const retryAfter = Number(response.headers['retry-after'])
    throw new ApiError(status, body, Number.isFinite(retryAfter) ? retryAfter : undefined)
  }
  return { status, body, warnings: warningsOf(response) }
}

/** `299 - "text"`, possibly several in one header (RFC 9111, warn-text). */
function warningsOf(response: IncomingMessage): string[] {
  const header = response.headers['warning']
  return [...(header ?? '').matchAll(/\d{3} \S+ "((?:\\.|[^"\\])*)"/g)].map(([, text]) =>
    (text ?? '').replace(/\\(.)/g, '$1')
  )
}
