import type { JsonObject } from '../json.ts'

/** The Status of a refused request. */
export function failure(code: number, reason: string | undefined, message: string, details?: JsonObject): JsonObject {
  return {
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

/** The Status of an apply of fields that other managers own. */
export function conflict(message: string, ...causes: [manager: string, field: string][]): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: 'Conflict',
    details: {
      causes: causes.map(([manager, field]) => ({
        reason: 'FieldManagerConflict',
        message: `conflict with ${manager}`,
        field
      }))
    },
    code: 409
  }
}
