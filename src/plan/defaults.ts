import { itemsByKey } from './items.ts'
import type { Tree } from './tree.ts'

/**
 * What the server made of something new, without what nobody asked for: defaults, addresses that were given to it.
 * What stood there before and changed is kept, whoever changes it.
 * @param rendered what was asked for
 */
export function withoutDefaults(after: Tree, before: Tree | undefined, rendered: Tree | undefined, field = ''): Tree {
  if (rendered === undefined) return after
  if (after.type === 'map' && rendered.type === 'map') {
    const old = before?.type === 'map' ? before.entries : undefined
    return { type: 'map', entries: pruned(after.entries, old, rendered.entries, (key) => key) }
  }
  if (after.type !== 'list' || rendered.type !== 'list') return after
  const [own, asked] = [itemsByKey(field, after.items), itemsByKey(field, rendered.items)]
  const old = before?.type === 'list' ? itemsByKey(field, before.items) : undefined
  if (own !== undefined && asked !== undefined) {
    return { type: 'list', items: [...pruned(own, old, asked, () => '').values()] }
  }
  if (before !== undefined || after.items.length !== rendered.items.length) return after
  return {
    type: 'list',
    items: after.items.map((item, index) => withoutDefaults(item, undefined, rendered.items[index]))
  }
}

/** @param before undefined if there was nothing, so that all is new */
function pruned(
  after: ReadonlyMap<string, Tree>,
  before: ReadonlyMap<string, Tree> | undefined,
  rendered: ReadonlyMap<string, Tree>,
  fieldOf: (key: string) => string
): ReadonlyMap<string, Tree> {
  const kept = [...after].filter(([key]) => before !== undefined || rendered.has(key))
  return new Map(
    kept.map(([key, child]) => [key, withoutDefaults(child, before?.get(key), rendered.get(key), fieldOf(key))])
  )
}
