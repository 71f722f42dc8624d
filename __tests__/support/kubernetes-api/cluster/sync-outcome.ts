/** How a sync of an ExternalSecret ends. */
export type SyncOutcome =
  /** By what the provider holds: synced, or failed if it lacks something. */
  | { readonly kind: 'as-held' }
  | { readonly kind: 'failed'; readonly message: string }
  /** Ready with these words, and nothing is written. */
  | { readonly kind: 'ready'; readonly reason: string; readonly message: string }

/** The outcomes to come, one for each sync; the last one stays. */
export class OutcomeQueue {
  #queue: SyncOutcome[] = [{ kind: 'as-held' }]

  set(outcomes: readonly SyncOutcome[]): void {
    if (outcomes.length > 0) this.#queue = [...outcomes]
  }

  next(): SyncOutcome {
    const [first] = this.#queue
    if (this.#queue.length > 1) this.#queue.shift()
    return first ?? { kind: 'as-held' }
  }
}
