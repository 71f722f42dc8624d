import { isObject, type Json, type JsonObject } from '../json.ts'
import type { FieldSet } from './field-set.ts'
import { type Place, partsOf, ROOT } from './field-walk.ts'

/** Merges an applied configuration into the live object: maps by field, lists by key, everything else as a whole. */
export function mergeConfiguration(live: JsonObject, configuration: JsonObject): JsonObject {
  const merged = merge(live, configuration, ROOT)
  return isObject(merged) ? merged : {}
}

function merge(live: Json | undefined, applied: Json, place: Place): Json {
  const liveParts = partsOf(live, place)
  const appliedParts = partsOf(applied, place)
  if (liveParts === undefined || appliedParts === undefined || Array.isArray(live) !== Array.isArray(applied)) {
    return applied
  }
  const merged: [string, Json][] = []
  for (const element of order([...liveParts.keys()], [...appliedParts.keys()])) {
    const part = appliedParts.get(element)
    const old = liveParts.get(element)?.value
    const value = part === undefined ? old : merge(old, part.value, part.place)
    if (value !== undefined) merged.push([element.slice(2), value])
  }
  return Array.isArray(applied) ? merged.map(([, item]) => item) : Object.fromEntries(merged)
}

/**
 * The order of the configuration wins; items that only the live object has keep their position among their neighbours.
 */
function order(live: readonly string[], applied: readonly string[]): string[] {
  const wanted = new Set(applied)
  const result: string[] = []
  let next = 0
  for (const element of live) {
    if (!wanted.has(element)) {
      result.push(element)
      continue
    }
    const position = applied.indexOf(element)
    while (next <= position) result.push(...applied.slice(next, ++next))
  }
  return [...result, ...applied.slice(next)]
}

/** Removes fields from an object, and whatever becomes empty thereby. */
export function removeFields(object: JsonObject, fields: FieldSet): JsonObject {
  const left = remove(object, fields, ROOT)
  return isObject(left) ? left : {}
}

function remove(value: Json, fields: FieldSet, place: Place): Json | undefined {
  const parts = partsOf(value, place)
  if (parts === undefined || fields.children.size === 0) return value
  const left: [string, Json][] = []
  for (const [element, part] of parts) {
    const below = fields.children.get(element)
    if (below?.member) continue
    const kept = below === undefined ? part.value : remove(part.value, below, part.place)
    if (kept !== undefined) left.push([element.slice(2), kept])
  }
  if (left.length === 0 && parts.size > 0) return undefined
  return Array.isArray(value) ? left.map(([, item]) => item) : Object.fromEntries(left)
}
