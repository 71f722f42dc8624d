import { listAt, textAt } from '../kubernetes-object.ts'

/** What the API server answered where it refused: its Status object, in our words. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly reason: string
  readonly causes: { reason: string; message: string; field: string }[]
  /** Seconds after which the server wants to be asked again. */
  readonly retryAfter: number | undefined

  constructor(status: number, body: unknown, retryAfter?: number) {
    super(textAt(body, 'message') ?? (typeof body === 'string' && body !== '' ? body : `HTTP status ${status}`))
    this.status = status
    this.reason = textAt(body, 'reason') ?? ''
    this.retryAfter = retryAfter
    this.causes = listAt(body, 'details', 'causes').map((cause) => ({
      reason: textAt(cause, 'reason') ?? '',
      message: textAt(cause, 'message') ?? '',
      field: textAt(cause, 'field') ?? ''
    }))
  }
}

/** No answer at all: a connection that failed or broke. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError'
  readonly code: string

  constructor(server: URL, cause: unknown) {
    const code = textAt(cause, 'code') ?? ''
    super(`${server.host}: ${textAt(cause, 'message') || code || 'no answer'}`, { cause })
    this.code = code
  }
}

/** Whether the same request may succeed a moment later: the server is busy or restarting, or the connection broke. */
export function isTransient(error: unknown): error is ApiError | NetworkError {
  if (error instanceof ApiError) return [429, 500, 502, 503, 504].includes(error.status) && !isUnreadable(error)
  return error instanceof NetworkError && ['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT'].includes(error.code)
}

/** The server cannot read the document, which it says with status 500 when it merges fields. */
export function isUnreadable({ status, message }: ApiError): boolean {
  return status === 500 && /^failed to (create typed patch object|convert new object)/.test(message)
}

export function isStatus(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status
}
