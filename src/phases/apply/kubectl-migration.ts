import {
  appliedByUs,
  type Entry,
  entriesOf,
  type FieldSet,
  fieldsOf,
  isItemNamed,
  isOurApply
} from '../../core/kubernetes/managed-fields.ts'
import { at, fieldManager, type KubernetesObject } from '../../core/kubernetes/object.ts'

const lastApplied = 'f:kubectl.kubernetes.io/last-applied-configuration'

/**
 * The managedFields after the fields of `kubectl apply` become ours, undefined if it owns none. kubectl itself does the
 * same when it migrates to server-side apply (csaupgrade in client-go): otherwise a field that is later removed from
 * the manifests would stay forever, because the old entry still owns it. The annotation last-applied-configuration
 * becomes ours as well, so that the next apply removes it.
 */
export function migratedManagedFields(object: KubernetesObject): Entry[] | undefined {
  const entries = entriesOf(object)
  const old = entries.filter(isClientSideApply)
  const own = appliedByUs(object) ?? { ...old[0], manager: fieldManager, operation: 'Apply' }
  if (old.length === 0) return undefined
  const fieldsV1 = old.reduce((union, entry) => merged(union, fieldsOf(entry)), fieldsOf(own))
  const others = entries.filter((entry) => !isOurApply(entry) && !old.includes(entry))
  return [...others, { ...own, fieldsV1 }]
}

/** Old versions of kubectl use the manager kubectl for every command; only their apply writes the annotation. */
function isClientSideApply(entry: Entry): boolean {
  if (entry['operation'] !== 'Update' || entry['subresource']) return false
  if (entry['manager'] === 'kubectl-client-side-apply') return true
  return (
    entry['manager'] === 'kubectl' && at(entry, 'fieldsV1', 'f:metadata', 'f:annotations', lastApplied) !== undefined
  )
}

/** The union of two sets of fields: trees of names, where `.` represents a field itself beside what is below it. */
function merged(first: FieldSet, second: FieldSet): FieldSet {
  const isLeaf = [first, second].some((fields) => Object.keys(fields).length === 0)
  const union: FieldSet = { ...first }
  for (const [name, below] of Object.entries(second)) {
    const known = union[name] as FieldSet | undefined
    union[name] = known === undefined ? below : merged(known, below as FieldSet)
  }
  return isLeaf && Object.keys(union).length > 0 ? { '.': {}, ...union } : union
}

/**
 * An object without what only `kubectl apply` owns. After the migration, an apply removes what is not rendered (like
 * structured-merge-diff, with which the API server merges).
 */
export function withoutKubectlFields(object: KubernetesObject): KubernetesObject {
  const entries = entriesOf(object)
  const going = entries.filter(isClientSideApply).map(fieldsOf).reduce(merged, {})
  const staying = entries.filter((entry) => !isClientSideApply(entry)).map(fieldsOf)
  return pruned(object, going, staying) as KubernetesObject
}

/** @param going what to remove of a value, unless `staying` contains it */
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

/** What remains of one field or item: itself, a part of it, or nothing. */
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
