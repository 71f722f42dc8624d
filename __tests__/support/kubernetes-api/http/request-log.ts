import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

export interface RecordedRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly contentType: string
  readonly userAgent: string
  /** Which TCP connection carried it, counted from 1. */
  readonly connection: number
}

/** Every request that arrived, including faults and failures. */
export class RequestLog {
  readonly requests: RecordedRequest[] = []
  readonly #connections = new WeakMap<Duplex, number>()
  #count = 0

  record(request: IncomingMessage): RecordedRequest {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://127.0.0.1')
    const recorded: RecordedRequest = {
      method: request.method ?? 'GET',
      path: pathname,
      query: searchParams,
      contentType: request.headers['content-type'] ?? '',
      userAgent: request.headers['user-agent'] ?? '',
      connection: this.#connectionOf(request.socket)
    }
    this.requests.push(recorded)
    return recorded
  }

  #connectionOf(socket: Duplex): number {
    const known = this.#connections.get(socket)
    if (known !== undefined) return known
    this.#count += 1
    this.#connections.set(socket, this.#count)
    return this.#count
  }
}
