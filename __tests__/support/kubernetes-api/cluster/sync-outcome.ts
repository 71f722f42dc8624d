/** The outcome of a sync of an ExternalSecret. */
export type SyncOutcome =
  /** Depends on the content of the provider: synced, or failed if something is missing. */
  | { readonly kind: 'as-held' }
  | { readonly kind: 'failed'; readonly message: string }
  /** Ready with this message, and nothing is written. */
  | { readonly kind: 'ready'; readonly reason: string; readonly message: string }

/** The next outcomes, one for each sync; the last one is repeated. */
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
