import { at, fieldManager, type KubernetesObject, listAt } from '../kubernetes-object.ts'

/** Fields as `managedFields` names them: `f:` a field, `k:` and `v:` an item of a list, `.` the thing itself. */
export type Fields = Record<string, unknown>

const lastApplied = 'f:kubectl.kubernetes.io/last-applied-configuration'

/**
 * Who owns which fields once what `kubectl apply` owns belongs to us, undefined if it owns nothing. kubectl itself does
 * the same when it changes over to server-side apply (csaupgrade in client-go): else a field that is later taken out of
 * the manifests would stay for ever, because the old entry still owns it. The annotation last-applied-configuration
 * becomes ours as well, so that the next apply removes it.
 */
export function migratedManagedFields(object: KubernetesObject): Fields[] | undefined {
  const entries = listAt(object, 'metadata', 'managedFields') as Fields[]
  const old = entries.filter(isClientSideApply)
  const own = entries.find((entry) => isOurs(entry)) ?? { ...old[0], manager: fieldManager, operation: 'Apply' }
  if (old.length === 0) return undefined
  const fieldsV1 = old.reduce((union, entry) => merged(union, fieldsOf(entry)), fieldsOf(own))
  const others = entries.filter((entry) => !isOurs(entry) && !old.includes(entry))
  return [...others, { ...own, fieldsV1 }]
}

function isOurs(entry: Fields): boolean {
  return entry['manager'] === fieldManager && entry['operation'] === 'Apply' && !entry['subresource']
}

/** Old versions of kubectl are called kubectl whatever they do; only their apply writes the annotation. */
export function isClientSideApply(entry: Fields): boolean {
  if (entry['operation'] !== 'Update' || entry['subresource']) return false
  if (entry['manager'] === 'kubectl-client-side-apply') return true
  return (
    entry['manager'] === 'kubectl' && at(entry, 'fieldsV1', 'f:metadata', 'f:annotations', lastApplied) !== undefined
  )
}

export function fieldsOf(entry: Fields): Fields {
  return (entry['fieldsV1'] ?? {}) as Fields
}

/** The union of two sets of fields: trees of names, where `.` stands for a field itself beside what is below it. */
export function merged(first: Fields, second: Fields): Fields {
  const isLeaf = [first, second].some((fields) => Object.keys(fields).length === 0)
  const union: Fields = { ...first }
  for (const [name, below] of Object.entries(second)) {
    const known = union[name] as Fields | undefined
    union[name] = known === undefined ? below : merged(known, below as Fields)
  }
  return isLeaf && Object.keys(union).length > 0 ? { '.': {}, ...union } : union
}
