import type { RedactedLine } from '../../core/redact/redact-line.ts'
import { aligned } from '../../core/text-diff.ts'
import { matchedItems } from './list-items.ts'
import { isSame, isSameLine, type RedactedTree, yamlOf } from './redacted-tree.ts'

/** A line of the YAML of two states. */
export interface Line extends Heading {
  /** The enclosing map, list, list item or text; items are written `[name=redis]`. */
  path: readonly string[]
}

/** Two states of a value, at least one of them defined. */
interface Pair {
  before: RedactedTree | undefined
  after: RedactedTree | undefined
}

/** The keys in their familiar order; all other keys follow by name. */
const firstKeys = ['apiVersion', 'kind', 'metadata', 'name', 'namespace']

/** The YAML of two states of a map, side by side. */
export function diffLines(pair: Pair, path: readonly string[] = []): Line[] {
  const [before, after] = [entriesOf(pair.before), entriesOf(pair.after)]
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort(byRank)
  return keys.flatMap((key) =>
    comparable({ before: before.get(key), after: after.get(key) }).flatMap((one) => [
      { ...headed(`${yamlOf(key)}:`, one.before, one.after), path },
      ...indented(bodyOf(one, key, [...path, key]))
    ])
  )
}

function itemLines(pair: Pair, label: string, path: readonly string[]): Line[] {
  const inside = [...path, `[${label}]`]
  return comparable(pair).flatMap((one) => {
    const body = bodyOf(one, '', inside)
    if ([one.before, one.after].every((tree) => tree === undefined || isBelow(tree))) return dashed(body)
    return [{ ...headed('-', one.before, one.after), path }, ...indented(body)]
  })
}

/** The content below a key or after a dash. */
function bodyOf(pair: Pair, field: string, path: readonly string[]): Line[] {
  const type = (pair.after ?? pair.before)?.type
  if (type === 'map') return diffLines(pair, path)
  if (type === 'text') return blockLines(linesIn(pair.before), linesIn(pair.after), path)
  if (type !== 'list') return []
  const items = matchedItems(field, itemsIn(pair.before), itemsIn(pair.after))
  return items.flatMap(({ label, ...item }) => itemLines(item, label, path))
}

function blockLines(before: readonly RedactedLine[], after: readonly RedactedLine[], path: readonly string[]): Line[] {
  const masked = new Set(before.filter(({ hidden }) => hidden !== '').map(({ text }) => text))
  return aligned(before, after, isSameLine).map((step) => {
    const [old, next] = [step.before, step.after].map((line) => line && withVisibleEnd(line.text))
    const isNoted = step.before === undefined && step.after?.hidden !== '' && masked.has(step.after?.text ?? '')
    const isChanged = step.before === undefined || step.after === undefined
    return { before: old, after: isNoted ? `${next} ${note}` : next, isChanged, path }
  })
}

/** Two states with nothing in common but their position become a removal and an addition. */
function comparable({ before, after }: Pair): Pair[] {
  if (before === undefined || after === undefined || shapeOf(before) === shapeOf(after)) return [{ before, after }]
  return [
    { before, after: undefined },
    { before: undefined, after }
  ]
}

function shapeOf(tree: RedactedTree): string {
  const isBlock = tree.type === 'text' && tree.style !== ''
  return `${tree.type} ${isBlock || isBelow(tree)}`
}

function entriesOf(tree: RedactedTree | undefined): ReadonlyMap<string, RedactedTree> {
  return tree?.type === 'map' ? tree.entries : new Map()
}

function itemsIn(tree: RedactedTree | undefined): readonly RedactedTree[] {
  return tree?.type === 'list' ? tree.items : []
}

/** The lines of a block; a text beside its key has none. */
function linesIn(tree: RedactedTree | undefined): readonly RedactedLine[] {
  return tree?.type === 'text' && tree.style !== '' ? tree.lines : []
}

function byRank(one: string, other: string): number {
  const [a, b] = [one, other].map((key) => (firstKeys.includes(key) ? firstKeys.indexOf(key) : firstKeys.length))
  return (a ?? 0) - (b ?? 0) || (one < other ? -1 : 1)
}

function indented(lines: readonly Line[]): Line[] {
  const put = (text: string | undefined) => text && `  ${text}`
  return lines.map((line) => ({ ...line, before: put(line.before), after: put(line.after) }))
}

/** A dash before the first line of each state. */
function dashed(lines: readonly Line[]): Line[] {
  const first = {
    before: lines.findIndex(({ before }) => before !== undefined),
    after: lines.findIndex(({ after }) => after !== undefined)
  }
  const put = (text: string | undefined, isFirst: boolean) => text && `${isFirst ? '-' : ' '} ${text}`
  return lines.map((line, index) => {
    const [dashBefore, dashAfter] = [index === first.before, index === first.after]
    const isMoved = line.before !== undefined && line.after !== undefined && dashBefore !== dashAfter
    const [before, after] = [put(line.before, dashBefore), put(line.after, dashAfter)]
    return { ...line, before, after, isChanged: line.isChanged || isMoved }
  })
}

/** Trailing white space, which would otherwise be invisible. */
function withVisibleEnd(text: string): string {
  const end = text.slice(text.trimEnd().length)
  return text.trimEnd() + end.replaceAll(' ', '␠').replaceAll('\t', '␉')
}

/** A line in two states, undefined in one that lacks it. */
interface Heading {
  before: string | undefined
  after: string | undefined
  isChanged: boolean
}

/** Notes a change that is invisible. */
const note = '(changed, not shown)'

/**
 * A key or a dash, with the content beside it.
 * @param before of the same shape as after, if both exist
 */
function headed(key: string, before: RedactedTree | undefined, after: RedactedTree | undefined): Heading {
  const join = (text: string) => (text === '' ? key : `${key} ${text}`)
  if (before === undefined || after === undefined) {
    const fate = before === undefined ? '(added, not shown)' : '(removed, not shown)'
    const [old, next] = [before, after].map((tree) => tree && join(inline(tree, fate)))
    return { before: old, after: next, isChanged: true }
  }
  if (before.type === 'hidden') {
    const isChanged = !isSame(before, after)
    const unchanged = join('(unchanged, not shown)')
    return isChanged
      ? { before: undefined, after: join(note), isChanged }
      : { before: unchanged, after: unchanged, isChanged }
  }
  const [old, next] = [join(inline(before)), join(inline(after))]
  const isNoted = hiddenIn(before) !== hiddenIn(after)
  return { before: old, after: isNoted ? `${next} ${note}` : next, isChanged: isNoted || old !== next }
}

/** Whether a value is written completely below the line of its key. */
function isBelow(tree: RedactedTree): boolean {
  return inline(tree) === ''
}

function inline(tree: RedactedTree, hidden = note): string {
  if (tree.type === 'hidden') return hidden
  if (tree.type === 'text') return tree.style === '' ? (tree.lines[0]?.text ?? '') : tree.style
  if (tree.type === 'list') return tree.items.length === 0 ? '[]' : ''
  return tree.entries.size === 0 ? '{}' : ''
}

function hiddenIn(tree: RedactedTree): string {
  return tree.type === 'text' && tree.style === '' ? (tree.lines[0]?.hidden ?? '') : ''
}
