import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Clock } from '../../core/clock.ts'
import type { Deadline } from '../../core/deadline.ts'
import { textAt } from '../../core/kubernetes/object.ts'
import type { Connection } from './connection.ts'
import { ApiError, ForeignAnswer, NetworkError } from './errors.ts'
import { apiRetryDelay, isTransient, Outage, quietMilliseconds } from './retry.ts'

export interface ApiRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  query?: Record<string, string>
  contentType?: string
  body?: string
  /** The response is a text, not an object. */
  text?: boolean
  /** Ends the request and all its retries, in addition to the signal of the run. */
  signal?: AbortSignal | undefined
}

/** Longer than any regular response takes; a silent server must not block a run until its deadline. */
const silenceMilliseconds = 15_000
/** Longer than a connection to a reachable server takes. */
const connectMilliseconds = 4_000

/** Requests to one API server over a few persistent connections. */
export class ApiClient {
  readonly connection: Connection
  readonly #clock: Clock
  readonly #signal: AbortSignal
  readonly #deadline: Deadline
  readonly #outage: Outage
  #answered = false

  /** @param log called when the server does not respond for a while, and when it responds again */
  constructor(
    connection: Connection,
    clock: Clock,
    signal: AbortSignal,
    deadline: Deadline,
    log: (line: string) => void = () => {}
  ) {
    this.connection = connection
    this.#clock = clock
    this.#signal = signal
    this.#deadline = deadline
    this.#outage = new Outage(connection.server, clock, log)
  }

  /**
   * Every request of this action can be repeated without a second effect, so a transient error is retried, until the
   * deadline if the server has responded before.
   * @throws ApiError if the server refuses, NetworkError without a response, ForeignAnswer for a response of another
   * program, the signal's reason when aborted
   */
  async request(request: ApiRequest): Promise<ApiResponse> {
    const start = this.#clock.now()
    const signal = request.signal === undefined ? this.#signal : AbortSignal.any([this.#signal, request.signal])
    for (let attempt = 1; ; attempt++) {
      const sent = this.#clock.now()
      try {
        const response = await this.#send(request, sent, signal)
        this.#heard()
        return response
      } catch (error) {
        signal.throwIfAborted()
        // A refusal is a response, too.
        if (error instanceof ApiError && !isTransient(error)) this.#heard()
        const elapsed = this.#clock.now() - start
        const delay = apiRetryDelay(error, { attempt, elapsed, answered: this.#answered })
        if (delay === undefined || delay > this.#deadline.remaining) throw error
        this.#outage.failed(sent, error)
        await this.#clock.sleep(delay, signal)
      }
    }
  }

  close(): void {
    this.connection.agent.destroy()
  }

  #heard(): void {
    this.#answered = true
    this.#outage.ended()
  }

  #send(
    { method, path, query, contentType, body, text = false }: ApiRequest,
    sent: number,
    signal: AbortSignal
  ): Promise<ApiResponse> {
    const { server, agent, headers } = this.connection
    const url = new URL(`${server.pathname.replace(/\/$/, '')}${path}`, server)
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value)
    const send = url.protocol === 'http:' ? httpRequest : httpsRequest
    return new Promise((resolve, reject) => {
      const request = send(url, {
        method,
        agent,
        signal,
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
      let isAnswered = false
      AbortSignal.timeout(quietMilliseconds).addEventListener('abort', () => {
        if (!isAnswered && !request.destroyed) this.#outage.silent(sent)
      })
      request.on('socket', (socket) => {
        if (!socket.connecting) return
        AbortSignal.timeout(connectMilliseconds).addEventListener('abort', () => {
          if (socket.connecting) giveUp('no connection', connectMilliseconds)
        })
      })
      request.on('error', (error) => reject(new NetworkError(server, error)))
      request.on('response', (response) => {
        isAnswered = true
        readResponse(response, server, text).then(resolve, reject)
      })
      request.end(body)
    })
  }
}

export interface ApiResponse {
  status: number
  /** An object with its kind, or a text if one was requested. */
  body: unknown
  /** The warnings of the server: deprecations, Pod Security. */
  warnings: string[]
}

/**
 * Reads a response to its end.
 * @param asText whether a text was requested, not an object
 * @throws ApiError if the server refuses, NetworkError if the response breaks off, ForeignAnswer if it is not from a
 * Kubernetes API
 */
export async function readResponse(response: IncomingMessage, server: URL, asText: boolean): Promise<ApiResponse> {
  const text = await textOf(response).catch((error: unknown) => Promise.reject(new NetworkError(server, error)))
  const { statusCode: status = 0, headers } = response
  const contentType = headers['content-type']
  const body = contentType?.includes('json') ? parsed(text) : text
  const isForeign =
    status < 400
      ? status >= 300 || !(asText || textAt(body, 'kind'))
      : // The page of a proxy or of another server. A busy one may be in front of the right one.
        status < 500 && status !== 429 && contentType?.includes('html')
  if (isForeign) throw new ForeignAnswer(server, status, contentType)
  if (status >= 400) {
    const retryAfter = Number(headers['retry-after'])
    throw new ApiError(status, body, Number.isFinite(retryAfter) ? retryAfter : undefined)
  }
  return { status, body: asText ? text : body, warnings: warningsIn(headers['warning']) }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** The JSON of a text, or the text itself if it is not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** `299 - "text"`, possibly several in one header (RFC 9111, warn-text). */
function warningsIn(header = ''): string[] {
  return [...header.matchAll(/\d{3} \S+ "((?:\\.|[^"\\])*)"/g)].map(([, text]) => (text ?? '').replace(/\\(.)/g, '$1'))
}
