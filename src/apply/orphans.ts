import type { KubernetesObject } from '../kubernetes-object.ts'
import { entriesOf, type FieldSet, fieldsOf, isItemNamed } from '../managed-fields.ts'
import { isClientSideApply, merged } from './migration.ts'

/**
 * An object without what only `kubectl apply` owns. Once that is ours, an apply takes away what is not rendered (as
 * structured-merge-diff does, which the API server merges by).
 */
export function withoutOrphans(object: KubernetesObject): KubernetesObject {
  const entries = entriesOf(object)
  const going = entries.filter(isClientSideApply).map(fieldsOf).reduce(merged, {})
  const staying = entries.filter((entry) => !isClientSideApply(entry)).map(fieldsOf)
  return pruned(object, going, staying) as KubernetesObject
}

/** @param going what is to go of a value, as far as none of `staying` names it */
function pruned(value: unknown, going: FieldSet, staying: readonly FieldSet[]): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    return value.flatMap((item) => {
      const name = Object.keys(going).find((each) => isItemNamed(item, each))
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
function part(value: unknown, name: string, going: FieldSet, staying: readonly FieldSet[]): unknown[] {
  const below = going[name] as FieldSet
  const others = staying.filter((fields) => name in fields).map((fields) => fields[name] as FieldSet)
  if (others.some(isLeaf)) return [value]
  if (isLeaf(below)) return others.length === 0 ? [] : [value]
  if (others.length === 0 && '.' in below) return []
  const rest = pruned(value, below, others)
  return others.length === 0 && isEmpty(rest) ? [] : [rest]
}

function isLeaf(fields: FieldSet): boolean {
  return Object.keys(fields).length === 0
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
