import { equal, isObject, type Json, type JsonObject } from '../json.ts'
import type { KubernetesObject } from '../object.ts'
import { FieldSet } from './field-set.ts'
import { type Parts, type Place, partsOf, ROOT } from './field-walk.ts'

/** Metadata that the API server maintains and no manager owns. */
const UNOWNED_METADATA = [
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink'
]

/** Struct fields that are always present in Go, so that they are never added by anyone. */
const ALWAYS_THERE: ReadonlySet<string> = new Set(['metadata', 'spec', 'status', 'template', 'containers'])

/** The part of an object that managers own; the status only through the subresource of that name. */
export function ownable(object: KubernetesObject | undefined, subresource?: string): JsonObject {
  if (object === undefined) return {}
  if (subresource === 'status') return { status: object['status'] }
  const { apiVersion: _apiVersion, kind: _kind, status: _status, metadata, ...rest } = object
  const own: JsonObject = { ...metadata }
  for (const name of UNOWNED_METADATA) delete own[name]
  return Object.keys(own).length === 0 ? rest : { metadata: own, ...rest }
}

/** The fields in an applied configuration. */
export function fieldSetOf(configuration: JsonObject): FieldSet {
  const set = new FieldSet()
  const visit = (value: Json, place: Place): void => {
    const parts = partsOf(value, place)
    const isEmptyMap = isObject(value) && Object.keys(value).length === 0
    if (place.path.length > 0 && (parts === undefined || place.isItem || isEmptyMap)) set.insert(place.path)
    for (const part of parts?.values() ?? []) visit(part.value, part.place)
  }
  visit(configuration, ROOT)
  return set
}

export interface Comparison {
  readonly changed: FieldSet
  readonly removed: FieldSet
}

/** The fields that differ between two states of an object: added or modified, and removed. */
export function compareFields(before: JsonObject, after: JsonObject): Comparison {
  const changed = new FieldSet()
  const removed = new FieldSet()
  const none: Parts = new Map()
  const visit = (old: Json | undefined, now: Json | undefined, place: Place): void => {
    const oldParts = partsOf(old, place)
    const nowParts = partsOf(now, place)
    const isLeaf = oldParts === undefined && nowParts === undefined
    const name = place.fields.at(-1) ?? ''
    if (isLeaf ? !equal(old, now) : !ALWAYS_THERE.has(name) || place.isItem) {
      if (now === undefined) removed.insert(place.path)
      else if (old === undefined || isLeaf) changed.insert(place.path)
    }
    for (const element of new Set([...(oldParts ?? none).keys(), ...(nowParts ?? none).keys()])) {
      const oldPart = oldParts?.get(element)
      const nowPart = nowParts?.get(element)
      const next = nowPart ?? oldPart
      if (next !== undefined) visit(oldPart?.value, nowPart?.value, next.place)
    }
  }
  visit(before, after, ROOT)
  return { changed, removed }
}
