import { Failure, messageOf } from './failure.ts'
import { at, type KubernetesObject, textAt } from './kubernetes/object.ts'
import { sizeLimitExcess, withTexts, yamlDocuments } from './yaml/document.ts'
import type { GoYaml } from './yaml/plain-scalar.ts'

/** One rendered document: its text exactly as kustomize wrote it, and the object it describes. */
export interface ManifestDocument {
  readonly object: KubernetesObject
  readonly source: string
}

/**
 * Splits a manifest into its documents.
 * @throws Failure invalid-manifest if a document is not YAML or not a Kubernetes object, or exceeds a limit
 */
export function parseManifest(text: string): ManifestDocument[] {
  const excess = sizeLimitExcess(text)
  if (excess !== undefined) {
    const hint = 'render only the cache, and leave the rest to other steps'
    throw new Failure('invalid-manifest', `the rendered manifest ${excess}`, hint)
  }
  return yamlDocuments(text).flatMap(({ source, isEmpty, value }, index) => {
    const object = toObject(value, isEmpty, index)
    return object === undefined ? [] : [{ object, source }]
  })
}

/**
 * YAML documents as kustomize reads them; empty ones are left out.
 * @throws Error with a sentence if the text is not YAML, exceeds a limit or has a tag
 */
export function parseValues(text: string, reader: GoYaml): unknown[] {
  const excess = sizeLimitExcess(text)
  if (excess !== undefined) throw new Error(`it ${excess}`)
  const documents = yamlDocuments(text, reader).map(({ isEmpty, value }) => ({ isEmpty, content: value() }))
  return documents.flatMap(({ isEmpty, content }) => (isEmpty ? [] : [content]))
}

/** The document with annotations added to its pod template; everything else stays as written. */
export function withTemplateAnnotations(
  { source }: ManifestDocument,
  annotations: Readonly<Record<string, string>>
): ManifestDocument {
  const annotated = withTexts(source, ['spec', 'template', 'metadata', 'annotations'], annotations)
  const [document] = yamlDocuments(annotated)
  return { object: document?.value() as KubernetesObject, source: annotated }
}

/** The document bound to one version of the stored object: the server refuses it if there is a newer version. */
export function withResourceVersion(document: ManifestDocument, version: string | undefined): ManifestDocument {
  if (version === undefined) return document
  const { object, source } = document
  return { object, source: withTexts(source, ['metadata'], { resourceVersion: version }) }
}

/** Undefined for an empty document. */
function toObject(read: () => unknown, isEmpty: boolean, index: number): KubernetesObject | undefined {
  let value: unknown
  try {
    value = read()
  } catch (error) {
    throw unreadableDocumentFailure(index, messageOf(error))
  }
  if (isEmpty) return undefined
  for (const path of [['apiVersion'], ['kind'], ['metadata', 'name']]) {
    if (!textAt(value, ...path)) throw unreadableDocumentFailure(index, `it has no ${path.join('.')}`)
  }
  if (typeof at(value, 'metadata') !== 'object') throw unreadableDocumentFailure(index, 'it has no metadata')
  return value as KubernetesObject
}

function unreadableDocumentFailure(index: number, problem: string): Failure {
  return new Failure(
    'invalid-manifest',
    `document ${index + 1} of the rendered manifest is not a Kubernetes object: ${problem}`,
    'run `kustomize build` on the manifests and correct that document'
  )
}
