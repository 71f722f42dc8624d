import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  parseAllDocuments,
  type SchemaOptions,
  stringify,
  type Tags,
  visit
} from 'yaml'
import { Failure, messageOf } from './failure.ts'
import { at, type KubernetesObject, textAt } from './kubernetes-object.ts'

/** One rendered document: its text exactly as kustomize wrote it, and what that text means. */
export interface ManifestDocument {
  readonly object: KubernetesObject
  readonly source: string
}

/** The most that a manifest may be: far more than a cache needs, and still read within seconds whatever it holds. */
export const manifestLimits = { bytes: 2 * 1024 ** 2, documents: 1_000, depth: 100, aliases: 100 }

/** The API server reads YAML 1.1, where 0440 is octal and `yes` is true; so do we. */
const dialect = { version: '1.1', merge: true } as const

/**
 * Splits a manifest into its documents.
 * @throws Failure invalid-manifest if a document is no YAML or no Kubernetes object, or if there is too much of it
 */
export function parseManifest(text: string): ManifestDocument[] {
  const excess = excessOf(text)
  if (excess !== undefined) {
    const hint = 'render only what belongs to the cache, and leave the rest to other steps'
    throw new Failure('invalid-manifest', `the rendered manifest ${excess}`, hint)
  }
  return documentsOf(text, {}).flatMap((document, index) => {
    const object = toObject(document, index)
    return object === undefined ? [] : [{ object, source: sourceOf(text, document) }]
  })
}

/**
 * What YAML documents say, as Go programs read them: a date and 12:30 are texts.
 * @throws Error with a sentence if the text is no YAML, if there is too much of it, or if it has a tag
 */
export function parseValues(text: string): unknown[] {
  const excess = excessOf(text)
  if (excess !== undefined) throw new Error(`it ${excess}`)
  const customTags = (tags: Tags) =>
    tags.filter((tag) => typeof tag === 'string' || (tag.format !== 'TIME' && !tag.tag.endsWith(':timestamp')))
  return documentsOf(text, { customTags }).map((document) => {
    visit(document, (_, node) => {
      if (isNode(node) && node.tag !== undefined) throw new Error(`it has the tag ${node.tag}`)
    })
    return contentOf(document)
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
  const [parsed] = documentsOf(document.source, {})
  if (parsed === undefined) return document
  const path = ['spec', 'template', 'metadata', 'annotations']
  for (let depth = 1; depth <= path.length; depth++) ensureMap(parsed, path.slice(0, depth))
  for (const [name, value] of Object.entries(annotations)) parsed.setIn([...path, name], value)
  return { object: parsed.toJS() as KubernetesObject, source: parsed.toString({ lineWidth: 0 }) }
}

/** The document bound to one version of the stored object: the server refuses it if there is a newer one. */
export function withResourceVersion(document: ManifestDocument, version: string | undefined): ManifestDocument {
  const [parsed] = documentsOf(document.source, {})
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

/** What is too much of a text, before time and memory are spent on it. */
function excessOf(text: string): string | undefined {
  const bytes = Buffer.byteLength(text)
  if (bytes > manifestLimits.bytes) return `has ${bytes} bytes; at most ${manifestLimits.bytes} are read`
  const separators = text.match(/^---(?=\s|$)/gm)?.length ?? 0
  if (separators <= manifestLimits.documents) return undefined
  return `has more than ${manifestLimits.documents} documents; at most so many are read`
}

// The parser compares each key with each other of its map, which takes hours for some hundred thousand.
function documentsOf(text: string, options: SchemaOptions): Document.Parsed[] {
  const documents = parseAllDocuments(text, { ...dialect, ...options, uniqueKeys: false })
  return Array.isArray(documents) ? documents : []
}

/** @throws Error with a sentence if the document is no YAML, or is one that takes the memory of the machine */
function contentOf(document: Document.Parsed): unknown {
  const [error] = document.errors
  if (error !== undefined) throw error.code === 'RESOURCE_EXHAUSTION' ? tooDeep() : error
  visit(document, {
    Map(_, map) {
      const seen = new Set<string>()
      for (const { key } of map.items) {
        if (!isScalar(key)) throw new Error('a key is a list, a map or an alias')
        if (seen.has(String(key.value)))
          throw new Error(`map keys must be unique: ${String(key.value)} stands there twice`)
        seen.add(String(key.value))
      }
    }
  })
  const value: unknown = document.toJS({ maxAliasCount: manifestLimits.aliases })
  if (isDeeper(value, manifestLimits.depth)) throw tooDeep()
  return value
}

function tooDeep(): Error {
  return new Error(`it is nested more than ${manifestLimits.depth} deep`)
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1))
}

/** Undefined for a document that holds nothing. */
function toObject(document: Document.Parsed, index: number): KubernetesObject | undefined {
  let value: unknown
  try {
    value = contentOf(document)
  } catch (error) {
    throw unreadable(index, messageOf(error))
  }
  if (isEmpty(document)) return undefined
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
