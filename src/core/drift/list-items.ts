import type { PathStep } from '../kubernetes/field-path.ts'
import { itemKey } from '../kubernetes/list-keys.ts'
import { at, textAt } from '../kubernetes/object.ts'

/** An item of a rendered list and its counterpart in the live list; one of the two may be missing. */
export interface Pair {
  step: PathStep
  rendered?: unknown
  live?: unknown
}

/**
 * Finds for each item of a rendered list its live counterpart: by the merge keys if all items have them, else by
 * equality, and then by position. The order is insignificant.
 * @param field the field that holds the list
 */
export function pairsOf(rendered: readonly unknown[], live: readonly unknown[], field: string, same: Same): Pair[] {
  const [wanted, found] = [byKey(rendered, field), byKey(live, field)]
  if (wanted === undefined || found === undefined) return byLikeness(rendered, live, same)
  const pairs = [...wanted].map(([id, { step, item }]) => ({ step, rendered: item, live: found.get(id)?.item }))
  const extra = [...found].filter(([id]) => !wanted.has(id))
  return [...pairs, ...extra.map(([, { step, item }]) => ({ step, live: item }))]
}

type Same = (rendered: unknown, live: unknown) => boolean

/** The items by their keys; undefined if these do not identify all of them. */
function byKey(items: readonly unknown[], field: string): Map<string, { step: PathStep; item: unknown }> | undefined {
  const found = new Map<string, { step: PathStep; item: unknown }>()
  for (const item of items) {
    const step = itemKey(field, (path) => (textAt(item, ...path) === undefined ? undefined : at(item, ...path)))
    if (step === undefined) return undefined
    // A number and its text are equal: a port may be written as either.
    found.set(JSON.stringify(Object.entries(step).map(([key, value]) => [key, String(value)])), { step, item })
  }
  return found.size === items.length ? found : undefined
}

function byLikeness(rendered: readonly unknown[], live: readonly unknown[], same: Same): Pair[] {
  const free = new Set(live.keys())
  const partners = new Map<number, number>()
  for (const fits of [
    (index: number, other: number) => index === other && same(rendered[index], live[other]),
    (index: number, other: number) => same(rendered[index], live[other]),
    () => true
  ]) {
    for (const index of rendered.keys()) {
      const partner = partners.has(index) ? undefined : [...free].find((other) => fits(index, other))
      if (partner === undefined) continue
      partners.set(index, partner)
      free.delete(partner)
    }
  }
  const pairs = rendered.map((item, index) => {
    const partner = partners.get(index)
    return partner === undefined
      ? { step: index, rendered: item }
      : { step: partner, rendered: item, live: live[partner] }
  })
  return [...pairs, ...[...free].map((index) => ({ step: index, live: live[index] }))]
}
