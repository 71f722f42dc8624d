import { at } from '../../core/kubernetes/object.ts'
import { type RedactedLine, redactLine, redactLines } from '../../core/redact/redact-line.ts'
import { isConfidential, type ValuePlace } from '../../core/redact/secret-values.ts'
import { toYaml } from '../../core/yaml/document.ts'

/** What a reader may see of a value: credentials and content below the maximum depth are hidden. */
export type RedactedTree =
  | { type: 'map'; entries: ReadonlyMap<string, RedactedTree> }
  | { type: 'list'; items: readonly RedactedTree[] }
  /** A scalar in YAML notation, or the lines of a text after this block style. */
  | { type: 'text'; style: '' | '|' | '|-' | '|+'; lines: readonly RedactedLine[] }
  | { type: 'hidden'; value: unknown }

/** No Kubernetes kind is nested nearly as deep, and the stack holds many times more. */
const deepest = 60

/** @param kind of the object, which determines what is confidential in it */
export function redactedTreeOf(value: unknown, kind: string): RedactedTree {
  return treeAt(value, { kind, path: [], parent: undefined, object: value })
}

export function isSame(one: RedactedTree, other: RedactedTree): boolean {
  if (one.type === 'map' && other.type === 'map') {
    const pairs = [...one.entries].map(([key, child]) => [child, other.entries.get(key)])
    return one.entries.size === other.entries.size && pairs.every(isSamePair)
  }
  if (one.type === 'list' && other.type === 'list') {
    return one.items.length === other.items.length && one.items.every((item, i) => isSamePair([item, other.items[i]]))
  }
  if (one.type === 'text' && other.type === 'text') {
    const isSameText = one.style === other.style && one.lines.length === other.lines.length
    return isSameText && one.lines.every((line, i) => isSameLine(line, other.lines[i]))
  }
  return one.type === 'hidden' && other.type === 'hidden' && isSameValue(one.value, other.value)
}

export function isSameLine(one: RedactedLine, other: RedactedLine | undefined): boolean {
  return one.text === other?.text && one.hidden === other.hidden
}

function isSamePair([one, other]: (RedactedTree | undefined)[]): boolean {
  return one !== undefined && other !== undefined && isSame(one, other)
}

/** Not recursive, because hidden content may be nested at any depth. */
function isSameValue(...values: [unknown, unknown]): boolean {
  const pairs = [values]
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [one, other] = pair
    if (Object.is(one, other)) continue
    if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
    const keys = Object.keys(one)
    if (Array.isArray(one) !== Array.isArray(other) || keys.length !== Object.keys(other).length) return false
    if (!keys.every((key) => Object.hasOwn(other, key))) return false
    for (const key of keys) pairs.push([at(one, key), at(other, key)])
  }
  return true
}

function treeAt(value: unknown, place: ValuePlace): RedactedTree {
  const isNested = typeof value === 'object' && value !== null
  if (isConfidential(value, place) || (isNested && place.path.length >= deepest)) return { type: 'hidden', value }
  const inside = (key: string | number) => ({ ...place, path: [...place.path, key], parent: value })
  if (Array.isArray(value)) return { type: 'list', items: value.map((item, index) => treeAt(item, inside(index))) }
  if (isNested) {
    // Kubernetes treats a null field as absent.
    const entries = Object.entries(value).filter(([, child]) => child !== null && child !== undefined)
    return { type: 'map', entries: new Map(entries.map(([key, child]) => [key, treeAt(child, inside(key))])) }
  }
  return typeof value === 'string' ? textOf(value) : scalar({ text: yamlOf(value), hidden: '' })
}

function textOf(text: string): RedactedTree {
  if (!text.includes('\n')) {
    const line = redactLine(text)
    return scalar({ ...line, text: yamlOf(line.text) })
  }
  const lines = text.split('\n')
  const style = lines.at(-1) !== '' ? '|-' : lines.at(-2) === '' ? '|+' : '|'
  return { type: 'text', style, lines: redactLines(style === '|-' ? lines : lines.slice(0, -1)) }
}

function scalar(line: RedactedLine): RedactedTree {
  return { type: 'text', style: '', lines: [line] }
}

/** Text that YAML can only read as text: most keys, recognised without the parser. */
const plain = /^(?!(?:y|n|yes|no|on|off|true|false|null)$)[a-z_][\w./-]*$/i

/** A scalar in the notation beside its key. */
export function yamlOf(value: unknown): string {
  if (typeof value === 'string' && plain.test(value)) return value
  const yaml = toYaml(value).trimEnd()
  // `---` at the start of a line would end the document, so only this text becomes a block.
  return yaml.includes('\n') ? JSON.stringify(value) : yaml
}
