/** Longer than any name that Kubernetes has; the comparison takes the product of both lengths. */
const longest = 60

/** The name that was probably meant: the one with the fewest typing mistakes, if they are few for its length. */
export function nearest(wrong: string, names: readonly string[]): string | undefined {
  if (wrong.length > longest) return undefined
  const [best] = names
    .map((name) => ({ name, mistakes: mistakes(wrong.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, mistakes }) => mistakes <= Math.max(1, Math.floor(name.length / 4)))
    .sort((one, other) => one.mistakes - other.mistakes)
  return best?.name
}

/** Letters to insert, delete or replace, and pairs of neighbours to swap (optimal string alignment). */
function mistakes(one: string, other: string): number {
  let [beforeLast, last]: number[][] = [[], Array.from({ length: other.length + 1 }, (_, column) => column)]
  for (let row = 1; row <= one.length; row++) {
    const current = [row]
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1]
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      current[column] = Math.min(
        (current[column - 1] ?? 0) + 1,
        (last?.[column] ?? 0) + 1,
        (last?.[column - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped ? (beforeLast?.[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY
      )
    }
    ;[beforeLast, last] = [last, current]
  }
  return last?.[other.length] ?? 0
}
