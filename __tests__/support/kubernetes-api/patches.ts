import { clone, isObject, type Json, type JsonObject, objectAt, textAt } from './json.ts'
import { badRequest } from './status.ts'

/** RFC 6902, supported here for members of objects, not for items of lists. */
export function jsonPatched<T extends JsonObject>(object: T, patch: readonly Json[]): T {
  const next = clone(object)
  for (const operation of patch) patchAt(next, operation)
  return next
}

function patchAt(object: JsonObject, operation: Json): void {
  const path = textAt(operation, 'path').split('/').slice(1)
  const parent = objectAt(object, ...path.slice(0, -1))
  const name = path.at(-1) ?? ''
  const op = textAt(operation, 'op')
  const isServed = op === 'add' || (['replace', 'remove'].includes(op) && name in parent)
  if (!isServed) throw badRequest('this patch is not served')
  if (op === 'remove') delete parent[name]
  else parent[name] = isObject(operation) ? operation['value'] : null
}

/** RFC 7386. */
export function mergeJson(target: JsonObject, patch: JsonObject): JsonObject {
  const merged = { ...target }
  for (const [key, value] of Object.entries(patch)) {
    const old = merged[key]
    if (value === null) delete merged[key]
    else merged[key] = isObject(value) ? mergeJson(isObject(old) ? old : {}, value) : value
  }
  return merged
}
