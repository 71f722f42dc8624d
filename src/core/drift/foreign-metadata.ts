import { type Path, pathText } from '../kubernetes/field-path.ts'
import { otherWriterOf } from '../kubernetes/managed-fields.ts'
import { at, type KubernetesObject, objectId } from '../kubernetes/object.ts'
import { listed } from '../listing.ts'
import { sanitizeLine } from '../sanitize.ts'

const metadataMaps: readonly Path[] = [
  ['metadata', 'labels'],
  ['metadata', 'annotations'],
  ['spec', 'template', 'metadata', 'labels'],
  ['spec', 'template', 'metadata', 'annotations']
]

/** What kubectl notes of its own applies. */
const bookkeeping = 'kubectl.kubernetes.io/last-applied-configuration'

/** Which labels and annotations other managers added, which change nothing about the cache; undefined if none. */
export function foreignMetadataNote(rendered: KubernetesObject, live: KubernetesObject): string | undefined {
  const added = metadataMaps.flatMap((map) =>
    Object.keys(Object(at(live, ...(map as string[]))))
      .filter((key) => key !== bookkeeping && at(rendered, ...(map as string[]), key) === undefined)
      .flatMap((key) => {
        const path = [...map, key]
        const writer = otherWriterOf(live, path)
        return writer === undefined ? [] : [`${pathText(path)} (${writer.manager})`]
      })
  )
  if (added.length === 0) return undefined
  const shown = listed(
    added.map((each) => sanitizeLine(each)),
    ', '
  )
  return `${objectId(rendered)} has labels or annotations that other clients added and that are not rendered: ${shown}.`
}
