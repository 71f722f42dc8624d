import { at, fieldManager, type KubernetesObject } from '../kubernetes-object.ts'
import { appliedByUs, type Entry, entriesOf, type FieldSet, fieldsOf, isOurApply } from '../managed-fields.ts'

const lastApplied = 'f:kubectl.kubernetes.io/last-applied-configuration'

/**
 * Who owns which fields once what `kubectl apply` owns belongs to us, undefined if it owns nothing. kubectl itself does
 * the same when it changes over to server-side apply (csaupgrade in client-go): else a field that is later taken out of
 * the manifests would stay for ever, because the old entry still owns it. The annotation last-applied-configuration
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

/** Old versions of kubectl are called kubectl whatever they do; only their apply writes the annotation. */
export function isClientSideApply(entry: Entry): boolean {
  if (entry['operation'] !== 'Update' || entry['subresource']) return false
  if (entry['manager'] === 'kubectl-client-side-apply') return true
  return (
    entry['manager'] === 'kubectl' && at(entry, 'fieldsV1', 'f:metadata', 'f:annotations', lastApplied) !== undefined
  )
}

/** The union of two sets of fields: trees of names, where `.` stands for a field itself beside what is below it. */
export function merged(first: FieldSet, second: FieldSet): FieldSet {
  const isLeaf = [first, second].some((fields) => Object.keys(fields).length === 0)
  const union: FieldSet = { ...first }
  for (const [name, below] of Object.entries(second)) {
    const known = union[name] as FieldSet | undefined
    union[name] = known === undefined ? below : merged(known, below as FieldSet)
  }
  return isLeaf && Object.keys(union).length > 0 ? { '.': {}, ...union } : union
}
