import { diffArrays } from 'diff'

/** One step through two sequences: an item of both, or one that only one of them has. */
export interface DiffStep<T> {
  before: T | undefined
  after: T | undefined
}

/** The maximum number of insertions and removals: the time grows with its square. */
const maxEditLength = 500

/** Aligns two sequences as far as possible; if they have little in common, one follows the other. */
export function aligned<T>(
  before: readonly T[],
  after: readonly T[],
  same: (one: T, other: T) => boolean
): DiffStep<T>[] {
  const changes = diffArrays([...before], [...after], { comparator: same, maxEditLength })
  const [old, next] = [before.values(), after.values()]
  return (changes ?? replaced(before, after, same)).flatMap(({ removed, added, count }) =>
    Array.from({ length: count }, () => ({
      before: added ? undefined : old.next().value,
      after: removed ? undefined : next.next().value
    }))
  )
}

/** The sequences without their common start and end, as one replacement. */
function replaced<T>(before: readonly T[], after: readonly T[], same: (one: T, other: T) => boolean) {
  const sameAt = (one: T | undefined, other: T | undefined) =>
    one !== undefined && other !== undefined && same(one, other)
  let head = 0
  while (sameAt(before[head], after[head])) head++
  let tail = 0
  const shorter = Math.min(before.length, after.length) - head
  while (tail < shorter && sameAt(before.at(-1 - tail), after.at(-1 - tail))) tail++
  return [
    { removed: false, added: false, count: head },
    { removed: true, added: false, count: before.length - head - tail },
    { removed: false, added: true, count: after.length - head - tail },
    { removed: false, added: false, count: tail }
  ]
}
