/** The middle of the values; of an even number, the mean of the two in the middle. NaN if there are none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return (low + high) / 2
}

/** How one median stands to the other: below 1 the first is smaller. */
export function ratio(values: readonly number[], others: readonly number[]): number {
  return median(values) / median(others)
}
