import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ManifestDocument, parseManifest } from '../../src/core/manifest.ts'

/** The only document of a manifest. */
export function documentOf(text: string): ManifestDocument {
  const [document, ...others] = parseManifest(text)
  if (document === undefined || others.length > 0) throw new Error('that is not one document')
  return document
}

/** A ConfigMap with these files. */
export function configMap(name: string, data: Record<string, string>): ManifestDocument {
  return documentOf(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data }))
}

const manifests = join(import.meta.dirname, '..', '..', 'manifests')

/** The shipped manifests after edits of their text, each at all places. */
export function editedManifest(...edits: readonly (readonly [from: string, to: string])[]): ManifestDocument[] {
  return parseManifest(
    edits.reduce((text, [from, to]) => {
      if (!text.includes(from)) throw new Error(`the manifests do not have ${from}`)
      return text.replaceAll(from, to)
    }, baseManifest())
  )
}

/** The manifests that the action brings, as one text. */
export function baseManifest(): string {
  return ['config', 'service', 'network-policy', 'statefulset']
    .map((name) => readFileSync(join(manifests, 'base', `redis-${name}.yaml`), 'utf8'))
    .join('---\n')
}
