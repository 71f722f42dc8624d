import type { ManifestDocument } from '../../../../src/core/manifest.ts'
import { renderedCache } from '../../../../src/core/rendered-cache/rendered-cache.ts'
import { manifestProblems } from '../../../../src/phases/render/validate.ts'
import { documentOf, editedManifest } from '../../document-of.ts'

/** From what to what the text of the shipped manifests is edited. */
export type Edit = readonly [from: string, to: string]

/** What is wrong with the shipped manifests after edits of their text, with more documents in YAML. */
export function problemsWith(edits: readonly Edit[], ...more: string[]): string[] {
  return problemsIn([...editedManifest(...edits), ...more.map(documentOf)])
}

/** What is wrong with these documents. */
export function problemsIn(documents: readonly ManifestDocument[]): string[] {
  return manifestProblems(renderedCache(documents), 'hospital-erp-system')
}
