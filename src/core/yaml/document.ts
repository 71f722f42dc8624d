import {
  Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  type Node,
  parseAllDocuments,
  type Scalar,
  type ScalarTag,
  visit,
  type YAMLMap
} from 'yaml'
import { type GoYaml, plainValue } from './plain-scalar.ts'

export const manifestLimits = { bytes: 2 * 1024 ** 2, documents: 1_000, depth: 100, aliases: 100, merged: 10_000_000 }

/** The limits on a text, checked before time and memory are spent on it. */
export function sizeLimitExcess(text: string): string | undefined {
  const bytes = Buffer.byteLength(text)
  if (bytes > manifestLimits.bytes) return `has ${bytes} bytes; the limit is ${manifestLimits.bytes}`
  const separators = text.match(/^---(?=\s|$)/gm)?.length ?? 0
  if (separators <= manifestLimits.documents) return undefined
  return `has more than ${manifestLimits.documents} documents, the limit`
}

/** One document of a text. */
interface YamlDocument {
  /** Its original text. */
  readonly source: string
  /** Whether it is empty, or contains only comments. */
  readonly isEmpty: boolean
  /**
   * The value that a Go program reads.
   * @throws Error with a sentence if it is not YAML, has a tag, or would exhaust the memory of the machine
   */
  value(): unknown
}

/** Splits a text into its documents. */
export function yamlDocuments(text: string, reader: GoYaml = 2): YamlDocument[] {
  return parsed(text, [plain(reader)]).map((document) => ({
    source: text.slice(document.range[0], document.range[1]).replace(/^---\s*\n/, ''),
    isEmpty: document.contents === null || (isScalar(document.contents) && document.contents.source === ''),
    value: () => contentOf(document)
  }))
}

/**
 * The text of a document with texts added to one of its maps, and everything else as written: values that are not
 * parsed cannot change.
 * @param path the keys that lead to the map, which is created if it is missing
 */
export function withTexts(source: string, path: readonly string[], texts: Readonly<Record<string, string>>): string {
  const [document] = parsed(source, [])
  if (document === undefined) return source
  visit(document, {
    // In `{a:, b: c}` the Go parser takes the colon for a part of the key.
    Scalar: (_, node) => {
      if (node.type === 'PLAIN' && node.value === '') node.value = 'null'
    }
  })
  for (let depth = 1; depth <= path.length; depth++) ensureMap(document, path.slice(0, depth))
  for (const [name, text] of Object.entries(texts)) document.setIn([...path, name], quoted(document, text))
  return document.toString({ lineWidth: 0 })
}

/** The YAML of a value for people; a text is read as a text by every parser. */
export function toYaml(value: unknown): string {
  const document = new Document(value, { version: '1.1' })
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === 'string' && !isPlainText(node.value)) node.type = 'QUOTE_DOUBLE'
    }
  })
  return document.toString({ lineWidth: 0 })
}

function isPlainText(text: string): boolean {
  try {
    return plainValue(text, 2) === text
  } catch {
    return false
  }
}

/** Every plain scalar; all others are texts. */
function plain(reader: GoYaml): ScalarTag {
  return {
    tag: 'tag:yaml.org,2002:plain',
    default: true,
    test: /^(?!<<$)/,
    resolve: (text) => plainValue(text, reader)
  }
}

// The parser compares each key with every other key of its map, which takes hours for some hundred thousand keys.
const options = { version: '1.1', schema: 'failsafe', resolveKnownTags: false, uniqueKeys: false } as const

function parsed(text: string, customTags: ScalarTag[]): Document.Parsed[] {
  const documents = parseAllDocuments(text, { ...options, customTags, merge: customTags.length > 0 })
  return Array.isArray(documents) ? documents : []
}

function contentOf(document: Document.Parsed): unknown {
  const [error] = document.errors
  if (error !== undefined) throw error.code === 'RESOURCE_EXHAUSTION' ? tooDeep() : error
  checkSize(document)
  visit(document, { Map: (_, map) => checkKeys(map, document) })
  const value: unknown = document.toJS({ maxAliasCount: manifestLimits.aliases })
  if (isDeeper(value, manifestLimits.depth)) throw tooDeep()
  return value
}

/** @throws Error for what would take long to parse, and for tags */
function checkSize(document: Document.Parsed): void {
  const count = { aliases: 0, keys: 0, merges: 0 }
  visit(document, (_, node, path) => {
    // Each level is a node, and in a map also a pair.
    if (path.length > 2 * manifestLimits.depth + 2) throw tooDeep()
    if (isPair(node)) count.keys++
    if (isPair(node) && isScalar(node.key) && typeof node.key.value === 'symbol') count.merges++
    if (isAlias(node)) count.aliases++
    if (isNode(node) && node.tag !== undefined) throw new Error(`it has the tag ${node.tag}`)
  })
  // Each alias is searched among all anchors.
  if (count.aliases > manifestLimits.aliases) {
    throw new Error(`it has more than ${manifestLimits.aliases} aliases, the limit`)
  }
  // Each merge copies up to all keys, and its source may be merged itself.
  if (count.merges ** 2 * count.keys > manifestLimits.merged) {
    throw new Error(`it has ${count.merges} times << among ${count.keys} keys, which is too much`)
  }
}

/** @throws Error for keys that are not texts or are duplicates; which of two counts depends on the parser */
function checkKeys(map: YAMLMap, document: Document): void {
  const seen = new Set<string>()
  for (const { key, value } of map.items) {
    if (!isScalar(key)) throw new Error('a key is a list, a map or an alias')
    if (key.value === null) throw new Error('a key is null')
    const name = String(key.value)
    if (seen.has(name)) throw new Error(`map keys must be unique: ${name} appears twice`)
    // In version 2 of go-yaml, merged keys override the ones before them.
    const again = typeof key.value === 'symbol' ? mergedKeys(value, document).find((each) => seen.has(each)) : undefined
    if (again !== undefined) throw new Error(`the key ${again} is merged after it was set; write << first`)
    seen.add(name)
  }
}

function mergedKeys(node: unknown, document: Document): string[] {
  const value: unknown = isNode(node) ? node.toJS(document, { maxAliasCount: manifestLimits.aliases }) : undefined
  return [value].flat().flatMap((each) => Object.keys(each ?? {}))
}

/** Creates a missing or null map, and replaces an alias of one by a copy. */
function ensureMap(document: Document.Parsed, path: readonly string[]): void {
  const node = document.getIn(path, true)
  if (isMap(node)) return
  const original = isAlias(node) ? node.resolve(document) : undefined
  document.setIn(path, isMap(original) ? original.clone() : document.createNode({}))
}

/** A text that every parser reads as a text. */
function quoted(document: Document, text: string): Node {
  const node: Scalar = document.createNode(text)
  node.type = 'QUOTE_DOUBLE'
  return node
}

function tooDeep(): Error {
  return new Error(`it is nested more than ${manifestLimits.depth} deep`)
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1))
}
