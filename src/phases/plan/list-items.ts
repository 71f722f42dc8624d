import { itemKey } from '../../core/kubernetes/list-keys.ts'
import { aligned } from '../../core/text-diff.ts'
import { isSame, type RedactedTree } from './redacted-tree.ts'

/** Two states of a list item, and its name in a path: `name=redis`, or its position. */
export interface Item {
  label: string
  before: RedactedTree | undefined
  after: RedactedTree | undefined
}

/** They run one after the other, so a new order is a change. */
const ordered = ['initContainers']

/** The aligned items of two states of a list, in the order of the second one. */
export function matchedItems(field: string, before: readonly RedactedTree[], after: readonly RedactedTree[]): Item[] {
  const [old, next] = [itemsByKey(field, before), itemsByKey(field, after)]
  if (old === undefined || next === undefined) return matchedByContent(before, after)
  const steps = aligned([...old.keys()], [...next.keys()], (one, other) => one === other)
  return steps.flatMap((step) => {
    const label = step.after ?? step.before ?? ''
    const item = { label, before: old.get(label), after: next.get(label) }
    if (step.before === step.after || !next.has(label) || !old.has(label)) return [item]
    // It has moved: it is at its new position, and has left its old one.
    if (!ordered.includes(field)) return step.after === undefined ? [] : [item]
    return [step.after === undefined ? { ...item, after: undefined } : { ...item, before: undefined }]
  })
}

/** The items of a list by their keys; undefined if the keys do not identify all of them. */
export function itemsByKey(
  field: string,
  items: readonly RedactedTree[]
): ReadonlyMap<string, RedactedTree> | undefined {
  const byKey = new Map<string, RedactedTree>()
  for (const item of items) {
    const key = keyOf(field, item)
    if (key === undefined || byKey.has(key)) return undefined
    byKey.set(key, item)
  }
  return byKey
}

function keyOf(field: string, item: RedactedTree): string | undefined {
  const key = itemKey(field, (path) => textAt(item, path))
  return (
    key &&
    Object.entries(key)
      .map(([name, value]) => `${name}=${value}`)
      .join(',')
  )
}

function textAt(tree: RedactedTree | undefined, [name, ...rest]: readonly string[]): string | undefined {
  if (name === undefined) return tree?.type === 'text' && tree.style === '' ? tree.lines[0]?.text : undefined
  return tree?.type === 'map' ? textAt(tree.entries.get(name), rest) : undefined
}

/** Items without a key match if they are equal; if as many were removed as added, each replaces one. */
function matchedByContent(before: readonly RedactedTree[], after: readonly RedactedTree[]): Item[] {
  const index = { before: 0, after: 0 }
  const run: { gone: Item[]; come: Item[] } = { gone: [], come: [] }
  const settled = () => {
    const [gone, come] = [run.gone.splice(0), run.come.splice(0)]
    if (gone.length !== come.length) return [...gone, ...come]
    return come.map((item, place) => ({ ...item, before: gone[place]?.before }))
  }
  const items = aligned(before, after, isSame).flatMap((step) => {
    const item = { label: String(step.after === undefined ? index.before : index.after), ...step }
    if (step.before !== undefined) index.before++
    if (step.after !== undefined) index.after++
    if (step.before !== undefined && step.after !== undefined) return [...settled(), item]
    ;(step.after === undefined ? run.gone : run.come).push(item)
    return []
  })
  return [...items, ...settled()]
}
