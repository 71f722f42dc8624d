import { listAt, textAt } from '../../core/kubernetes/object.ts'

/** A refusal of the API server: its Status object, translated. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly reason: string
  readonly causes: { reason: string; message: string; field: string }[]
  /** Seconds after which the server wants the request to be repeated. */
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

/** No response at all: a connection that failed or broke. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError'
  readonly code: string
  /** What happened, without the name of the server. */
  readonly reason: string

  constructor(server: URL, cause: unknown) {
    const code = textAt(cause, 'code') ?? ''
    const reason = textAt(cause, 'message') || code || 'no answer'
    super(`${server.host}: ${reason}`, { cause })
    this.code = code
    this.reason = reason
  }
}

/** A response that is not from a Kubernetes API: a login page, a proxy, another program. */
export class ForeignAnswer extends Error {
  override readonly name = 'ForeignAnswer'

  constructor(server: URL, status: number, contentType = 'no content type') {
    super(`${server.host} does not answer like a Kubernetes API (HTTP ${status}, ${contentType})`)
  }
}

/** The server cannot decode the document, which it reports with status 500 when it merges fields. */
export function isUnreadable({ status, message }: ApiError): boolean {
  return status === 500 && /^failed to (create typed patch object|convert new object)/.test(message)
}

/** A field that an apply sets and another manager owns. */
export interface Conflict {
  /** The path in server notation: `.spec.template.spec.containers[name="redis"].image`. */
  field: string
  /** With the subresource that it wrote through, if any: `kubectl (scale)`. */
  manager: string
}

/** The fields that an apply conflicts with; undefined for any other error. */
export function conflictsOf(error: unknown): Conflict[] | undefined {
  if (!isStatus(error, 409)) return undefined
  const conflicts = error.causes.filter(({ reason }) => reason === 'FieldManagerConflict')
  return conflicts.length === 0
    ? undefined
    : conflicts.map(({ field, message }) => ({ field, manager: managerIn(message) }))
}

/** The server writes `conflict with "kubectl" with subresource "scale" using apps/v1`. */
function managerIn(message: string): string {
  const [, name, subresource] = /"((?:\\.|[^"\\])*)"(?: with subresource "([^"]*)")?/.exec(message) ?? []
  return name === undefined ? 'another client' : `${name}${subresource === undefined ? '' : ` (${subresource})`}`
}

/** The object was written since the version named in the request. */
export function isStale(error: unknown): boolean {
  return isStatus(error, 409) && error.reason === 'Conflict' && conflictsOf(error) === undefined
}

export function isStatus(error: unknown, status: number): error is ApiError {
  return error instanceof ApiError && error.status === status
}
