/** What one side of a comparison did in each round. */
export interface Sides<T> {
  readonly action: T[]
  readonly kubectl: T[]
}

/**
 * Runs both sides once a round, taking turns at the beginning, so that neither has the quieter machine. A round before
 * the first fills caches and is not counted.
 */
export async function interleaved<T>(
  rounds: number,
  sides: { action(round: number): Promise<T>; kubectl(round: number): Promise<T> },
  warmUp = true
): Promise<Sides<T>> {
  const done: Sides<T> = { action: [], kubectl: [] }
  for (let round = warmUp ? 0 : 1; round <= rounds; round++) {
    const order = round % 2 === 0 ? (['action', 'kubectl'] as const) : (['kubectl', 'action'] as const)
    for (const side of order) {
      const sample = await sides[side](round)
      if (round > 0) done[side].push(sample)
    }
  }
  return done
}

/** One number of each sample. */
export function each<T>({ action, kubectl }: Sides<T>, number: (sample: T) => number): Sides<number> {
  return { action: action.map(number), kubectl: kubectl.map(number) }
}
