export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number
  /** Waits; rejects with the signal's reason when it is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
}
