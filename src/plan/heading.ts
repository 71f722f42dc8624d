import { isSame, type Tree } from './tree.ts'

/** A line in two states, undefined where one has none. */
export interface Heading {
  before: string | undefined
  after: string | undefined
  isChanged: boolean
}

/** Says that what looks alike has changed. */
export const note = '(changed, not shown)'

/**
 * A key or a dash, with what stands beside it.
 * @param before of the same shape as after, if there are both
 */
export function headed(key: string, before: Tree | undefined, after: Tree | undefined): Heading {
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

/** Whether all of a value stands below the line of its key. */
export function isBelow(tree: Tree): boolean {
  return inline(tree) === ''
}

function inline(tree: Tree, hidden = note): string {
  if (tree.type === 'hidden') return hidden
  if (tree.type === 'text') return tree.style === '' ? (tree.lines[0]?.text ?? '') : tree.style
  if (tree.type === 'list') return tree.items.length === 0 ? '[]' : ''
  return tree.entries.size === 0 ? '{}' : ''
}

function hiddenIn(tree: Tree): string {
  return tree.type === 'text' && tree.style === '' ? (tree.lines[0]?.hidden ?? '') : ''
}
