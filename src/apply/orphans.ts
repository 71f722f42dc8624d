import { isDeepStrictEqual } from 'node:util'
import { at, type KubernetesObject, listAt } from '../kubernetes-object.ts'
import { type Fields, fieldsOf, isClientSideApply, merged } from './migration.ts'

/**
 * An object without what only `kubectl apply` owns. Once that is ours, an apply takes away what is not rendered (as
 * structured-merge-diff does, which the API server merges by).
 */
export function withoutOrphans(object: KubernetesObject): KubernetesObject {
  const entries = listAt(object, 'metadata', 'managedFields') as Fields[]
  const going = entries.filter(isClientSideApply).map(fieldsOf).reduce(merged, {})
  const staying = entries.filter((entry) => !isClientSideApply(entry)).map(fieldsOf)
  return pruned(object, going, staying) as KubernetesObject
}

/** @param going what is to go of a value, as far as none of `staying` names it */
function pruned(value: unknown, going: Fields, staying: readonly Fields[]): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    return value.flatMap((item) => {
      const name = Object.keys(going).find((each) => isItem(item, each))
      return name === undefined ? [item] : part(item, name, going, staying)
    })
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, child]) => {
      const name = `f:${key}`
      const rest = name in going ? part(child, name, going, staying) : [child]
      return rest.map((each) => [key, each])
    })
  )
}

/** What stays of one field or item: itself, a part of it, or nothing. */
function part(value: unknown, name: string, going: Fields, staying: readonly Fields[]): unknown[] {
  const below = going[name] as Fields
  const others = staying.filter((fields) => name in fields).map((fields) => fields[name] as Fields)
  if (others.some(isLeaf)) return [value]
  if (isLeaf(below)) return others.length === 0 ? [] : [value]
  if (others.length === 0 && '.' in below) return []
  const rest = pruned(value, below, others)
  return others.length === 0 && isEmpty(rest) ? [] : [rest]
}

function isLeaf(fields: Fields): boolean {
  return Object.keys(fields).length === 0
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

/** Whether a list item goes by this name: `k:{"name":"redis"}`, or `v:"a"` in a set. */
function isItem(item: unknown, name: string): boolean {
  const [, kind, text = ''] = /^([kv]):(.*)$/s.exec(name) ?? []
  if (kind === undefined) return false
  const wanted: unknown = JSON.parse(text)
  if (kind === 'v') return isDeepStrictEqual(item, wanted)
  return Object.entries(Object(wanted)).every(([key, value]) => at(item, key) === value)
}
