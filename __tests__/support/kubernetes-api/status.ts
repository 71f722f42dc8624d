import type { Json, JsonObject } from './json.ts'
import type { Resource } from './resources.ts'

export type Cause = { reason: string; message: string; field: string }

/** A response other than the requested object: code and metav1.Status. */
export class StatusError extends Error {
  readonly code: number
  readonly body: JsonObject

  constructor(code: number, reason: string | undefined, message: string, details?: JsonObject) {
    super(message)
    this.code = code
    this.body = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      ...(reason === undefined ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
      code
    }
  }
}

/** A group and a resource as written in errors: `statefulsets.apps`, and plain `pods` in the core group. */
function qualified(name: string, group: string): string {
  return group === '' ? name : `${name}.${group}`
}

function detailsOf(resource: Resource, name: string): JsonObject {
  return { name, ...(resource.group === '' ? {} : { group: resource.group }), kind: resource.plural }
}

export function notFound(resource: Resource, name: string): StatusError {
  const message = `${qualified(resource.plural, resource.group)} "${name}" not found`
  return new StatusError(404, 'NotFound', message, detailsOf(resource, name))
}

export function alreadyExists(resource: Resource, name: string): StatusError {
  const message = `${qualified(resource.plural, resource.group)} "${name}" already exists`
  return new StatusError(409, 'AlreadyExists', message, detailsOf(resource, name))
}

export function objectModified(resource: Resource, name: string, problem: string): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(resource.plural, resource.group)} "${name}": ${problem}`
  return new StatusError(409, 'Conflict', message, detailsOf(resource, name))
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message)
}

export function noSuchResource(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {})
}

export function methodNotAllowed(): StatusError {
  const message = 'the server does not allow this method on the requested resource'
  return new StatusError(405, 'MethodNotAllowed', message, {})
}

export function unauthorized(): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized')
}

export function invalid(kind: string, group: string, name: string, causes: Cause[]): StatusError {
  const problems = causes.map((cause) => `${cause.field}: ${cause.message}`)
  const list = problems.length === 1 ? problems.join() : `[${problems.join(', ')}]`
  const details = { ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), kind, causes }
  return new StatusError(422, 'Invalid', `${qualified(kind, group)} "${name}" is invalid: ${list}`, details)
}

/** Quotes like Go's %q for the text that occurs here. */
export function quoted(value: Json): string {
  return JSON.stringify(value)
}
