import { type Document, isAlias, isMap, isScalar, parseAllDocuments, stringify } from 'yaml'
import { Failure, messageOf } from './failure.ts'
import { at, type KubernetesObject, textAt } from './kubernetes-object.ts'

/** One rendered document: its text exactly as kustomize wrote it, and what that text means. */
export interface ManifestDocument {
  readonly object: KubernetesObject
  readonly source: string
}

/**
 * Splits a manifest into its documents.
 * @throws Failure invalid-manifest if a document is no YAML or no Kubernetes object
 */
export function parseManifest(text: string): ManifestDocument[] {
  // The API server reads YAML 1.1, where 0440 is octal and `yes` is true; so do we.
  const documents = parseAllDocuments(text, { version: '1.1', merge: true })
  if (!Array.isArray(documents)) return []
  return documents.flatMap((document, index) => {
    const [error] = document.errors
    if (error !== undefined) throw unreadable(index, error.message)
    if (isEmpty(document)) return []
    return [{ object: toObject(document, index), source: sourceOf(text, document) }]
  })
}

/** The YAML of a value, for files that we write ourselves. */
export function toYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, version: '1.1' })
}

/** The document with annotations added to its pod template, all else left as it was written. */
export function withTemplateAnnotations(
  document: ManifestDocument,
  annotations: Record<string, string>
): ManifestDocument {
  const [parsed] = parseAllDocuments(document.source, { version: '1.1' })
  if (parsed === undefined) return document
  const path = ['spec', 'template', 'metadata', 'annotations']
  for (let depth = 1; depth <= path.length; depth++) ensureMap(parsed, path.slice(0, depth))
  for (const [name, value] of Object.entries(annotations)) parsed.setIn([...path, name], value)
  return { object: parsed.toJS() as KubernetesObject, source: parsed.toString({ lineWidth: 0 }) }
}

/** The document bound to one version of the stored object: the server refuses it if there is a newer one. */
export function withResourceVersion(document: ManifestDocument, version: string | undefined): ManifestDocument {
  const [parsed] = parseAllDocuments(document.source, { version: '1.1' })
  if (parsed === undefined || version === undefined) return document
  ensureMap(parsed, ['metadata'])
  parsed.setIn(['metadata', 'resourceVersion'], version)
  return { object: document.object, source: parsed.toString({ lineWidth: 0 }) }
}

/** Nothing but comments between two separators. */
function isEmpty(document: Document.Parsed): boolean {
  return document.contents === null || (isScalar(document.contents) && document.contents.source === '')
}

/** Puts a map where there is none (nothing, null), and a copy where there is only an alias of one. */
function ensureMap(document: Document.Parsed, path: readonly string[]): void {
  const node = document.getIn(path, true)
  if (isMap(node)) return
  const original = isAlias(node) ? node.resolve(document) : undefined
  document.setIn(path, isMap(original) ? original.clone() : document.createNode({}))
}

function toObject(document: Document.Parsed, index: number): KubernetesObject {
  let value: unknown
  try {
    value = isMap(document.contents) ? document.toJS({ maxAliasCount: 100 }) : undefined
  } catch (error) {
    throw unreadable(index, messageOf(error))
  }
  for (const path of [['apiVersion'], ['kind'], ['metadata', 'name']]) {
    if (!textAt(value, ...path)) throw unreadable(index, `it has no ${path.join('.')}`)
  }
  if (typeof at(value, 'metadata') !== 'object') throw unreadable(index, 'it has no metadata')
  return value as KubernetesObject
}

function sourceOf(text: string, document: Document.Parsed): string {
  return text.slice(document.range[0], document.range[1]).replace(/^---\s*\n/, '')
}

function unreadable(index: number, problem: string): Failure {
  return new Failure(
    'invalid-manifest',
    `document ${index + 1} of the rendered manifest is no Kubernetes object: ${problem}`,
    'run `kustomize build` on the manifests and correct that document'
  )
}
