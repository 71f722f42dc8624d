import { at, isMap, objectId } from '../../core/kubernetes/object.ts'
import { names } from '../../core/kubernetes/workload.ts'
import type { ManifestDocument } from '../../core/manifest.ts'
import type { RenderedCache } from '../../core/rendered-cache/rendered-cache.ts'

/** What is wrong with the objects themselves, whatever they are for. */
export function objectProblems({ documents }: RenderedCache, namespace: string): string[] {
  if (documents.length === 0) return ['the manifests render no object: name their files under resources']
  return [
    ...documents
      .filter(({ object }) => (object.metadata.namespace ?? namespace) !== namespace)
      .map(({ object }) => `${objectId(object)} is in namespace ${object.metadata.namespace}, not in ${namespace}`),
    ...documents.flatMap(exportedFields),
    ...documents.flatMap(suffixedSecret)
  ]
}

/** What the server alone writes, and what stands in a file that was printed by `kubectl get --output=yaml`. */
const serverFields = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'managedFields',
  'selfLink'
]

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

function exportedFields({ object }: ManifestDocument): string[] {
  const { metadata, status } = object
  const id = objectId(object)
  const fields = [
    ...serverFields.filter((name) => hasContent(metadata[name])).map((name) => `metadata.${name}`),
    ...(at(metadata, 'annotations', lastApplied) === undefined ? [] : [`metadata.annotations["${lastApplied}"]`]),
    // Generators of a CustomResourceDefinition write one, which the server ignores.
    ...(hasContent(status) && object.kind !== 'CustomResourceDefinition' ? ['status'] : [])
  ]
  return fields.length === 0 ? [] : [`${id} has what only the cluster writes: remove ${fields.join(', ')}`]
}

/** Whether a value says anything: generators write an empty status, and zeros into it. */
function hasContent(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasContent)
  return isMap(value) ? Object.values(value).some(hasContent) : Boolean(value)
}

/** The characters of a hash of kustomize, which are no vowels and no digits that look like letters. */
const generated = new RegExp(`^${names.credentials}-[2456789bcdfghkmt]{10}$`)

function suffixedSecret({ object }: ManifestDocument): string[] {
  if (object.kind !== 'Secret' || !generated.test(object.metadata.name)) return []
  return [
    `${objectId(object)} has the suffix of a secretGenerator, and applications read ${names.credentials}: ` +
      'write options: {disableNameSuffixHash: true} into that secretGenerator'
  ]
}
