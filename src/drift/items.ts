import { at, textAt } from '../kubernetes-object.ts'
import type { Step } from './path.ts'

/** An item of a rendered list and its counterpart in the live list; one of the two may be missing. */
export interface Pair {
  step: Step
  rendered?: unknown
  live?: unknown
}

/** By what items are told apart, the more exact first; the same names as in the merge keys of the server. */
const mergeKeys = [
  ['mountPath'],
  ['devicePath'],
  ['containerPort', 'protocol'],
  ['port', 'protocol'],
  ['secretKey'],
  ['name'],
  ['key'],
  ['ip'],
  ['topologyKey', 'whenUnsatisfiable']
]

/**
 * Finds for each item of a rendered list the live one that it is about: by the fields that identify it where all items
 * have them, else by what is the same, and then by position. The order says nothing.
 */
export function pairsOf(rendered: readonly unknown[], live: readonly unknown[], same: Same): Pair[] {
  const keys = mergeKeys.find((each) => identifies(each, rendered) && identifies(each, live))
  return keys === undefined ? byLikeness(rendered, live, same) : byIdentity(rendered, live, keys)
}

type Same = (rendered: unknown, live: unknown) => boolean

function byIdentity(rendered: readonly unknown[], live: readonly unknown[], keys: readonly string[]): Pair[] {
  const identity = (item: unknown) => JSON.stringify(keys.map((key) => textAt(item, key) ?? defaults[key]))
  const step = (item: unknown) => Object.fromEntries(keys.map((key) => [key, at(item, key) ?? defaults[key]]))
  const found = new Map(live.map((item) => [identity(item), item]))
  const wanted = new Set(rendered.map(identity))
  const pairs = rendered.map((item) => ({ step: step(item), rendered: item, live: found.get(identity(item)) }))
  const extra = live.filter((item) => !wanted.has(identity(item)))
  return [...pairs, ...extra.map((item) => ({ step: step(item), live: item }))]
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

/** What the server fills in. */
const defaults: Record<string, string> = { protocol: 'TCP' }

function identifies(keys: readonly string[], items: readonly unknown[]): boolean {
  const identities = items.map((item) => keys.map((key) => textAt(item, key) ?? defaults[key]))
  const isWhole = identities.every((identity) => !identity.includes(undefined))
  return isWhole && new Set(identities.map((identity) => JSON.stringify(identity))).size === items.length
}
