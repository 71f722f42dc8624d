import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Clock, Deadline } from '../deadline.ts'
import type { Connection } from './connection.ts'
import { ApiError, isTransient, NetworkError } from './errors.ts'
import { retryDelay } from './retry.ts'

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
/** Longer than any connection takes to a server that is there. */
const connectMilliseconds = 4_000

/** Requests to one API server over few connections that stay open. */
export class ApiClient {
  readonly connection: Connection
  readonly #clock: Clock
  readonly #signal: AbortSignal
  readonly #deadline: Deadline
  #answered = false

  constructor(connection: Connection, clock: Clock, signal: AbortSignal, deadline: Deadline) {
    this.connection = connection
    this.#clock = clock
    this.#signal = signal
    this.#deadline = deadline
  }

  /**
   * Every request of ours may be sent twice without a second effect, so a transient error is tried again, until the
   * deadline if the server has answered before.
   * @throws ApiError if the server refuses, NetworkError if there is no answer, the signal's reason when aborted
   */
  async request(request: ApiRequest): Promise<ApiResponse> {
    const start = this.#clock.now()
    for (let attempt = 1; ; attempt++) {
      try {
        const response = await this.#send(request)
        this.#answered = true
        return response
      } catch (error) {
        this.#signal.throwIfAborted()
        // A refusal is an answer, too.
        if (error instanceof ApiError && !isTransient(error)) this.#answered = true
        const elapsed = this.#clock.now() - start
        const delay = retryDelay(error, { attempt, elapsed, answered: this.#answered })
        if (delay === undefined || delay > this.#deadline.remaining) throw error
        await this.#clock.sleep(delay, this.#signal)
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
      const giveUp = (what: string, milliseconds: number) =>
        request.destroy(Object.assign(new Error(`${what} within ${milliseconds / 1000} s`), { code: 'ETIMEDOUT' }))
      request.on('timeout', () => giveUp('no answer', silenceMilliseconds))
      request.on('socket', (socket) => {
        if (!socket.connecting) return
        AbortSignal.timeout(connectMilliseconds).addEventListener('abort', () => {
          if (socket.connecting) giveUp('no connection', connectMilliseconds)
        })
      })
      request.on('error', fail)
      request.on('response', (response) => {
        read(response).then(resolve, (error: unknown) => (error instanceof ApiError ? reject(error) : fail(error)))
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
