import { isObject, type Json } from '../json.ts'
import { isAtomicMap, keyDefault, listType } from './field-schema.ts'

/** A location in an object: its path, and its field names for the schema. */
export interface Place {
  readonly path: readonly string[]
  readonly fields: readonly string[]
  readonly isItem: boolean
}

export const ROOT: Place = { path: [], fields: [], isItem: false }

export type Parts = Map<string, { readonly place: Place; readonly value: Json }>

/** The parts of a value that server-side apply tracks separately; undefined if the value is one unit. */
export function partsOf(value: Json | undefined, place: Place): Parts | undefined {
  if (isObject(value)) return isAtomicMap(place.fields, place.isItem) ? undefined : fieldsOf(value, place)
  return Array.isArray(value) ? itemsOf(value, place) : undefined
}

function fieldsOf(value: Record<string, Json | undefined>, place: Place): Parts {
  const parts: Parts = new Map()
  for (const [name, child] of Object.entries(value)) {
    if (child === undefined) continue
    const element = `f:${name}`
    const fields = [...place.fields, name]
    parts.set(element, { place: { path: [...place.path, element], fields, isItem: false }, value: child })
  }
  return parts
}

function itemsOf(list: readonly Json[], place: Place): Parts | undefined {
  const type = listType(place.fields)
  if (type === 'atomic') return undefined
  const parts: Parts = new Map()
  for (const item of list) {
    const element = type === 'set' ? `v:${JSON.stringify(item)}` : keyElement(item, type)
    parts.set(element, {
      place: { path: [...place.path, element], fields: place.fields, isItem: true },
      value: item
    })
  }
  return parts
}

function keyElement(item: Json, keys: readonly string[]): string {
  const values = keys.map((key): [string, Json] => [key, (isObject(item) ? item[key] : null) ?? keyDefault(key)])
  return `k:${JSON.stringify(Object.fromEntries(values))}`
}
