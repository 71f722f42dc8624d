import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { parseManifest } from '../../../../src/core/manifest.ts'
import { baseManifest } from '../../document-of.ts'

export type Edit = readonly [from: string, to: string]

/** The objects of the manifests that the action brings, with texts replaced that must be there. */
export function shipped(...edits: readonly Edit[]): KubernetesObject[] {
  const text = edits.reduce((edited, [from, to]) => {
    if (!edited.includes(from)) throw new Error(`there is no ${from} in the manifests`)
    return edited.replace(from, () => to)
  }, baseManifest())
  return parseManifest(text).map(({ object }) => object)
}

/** One of them. */
export function shippedOne(kind: string, name: string, ...edits: readonly Edit[]): KubernetesObject {
  const found = shipped(...edits).find((object) => object.kind === kind && object.metadata.name === name)
  if (found === undefined) throw new Error(`there is no ${kind} ${name} in the manifests`)
  return found
}
