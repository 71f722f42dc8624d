export interface Clock {
  /** Milliseconds that only grow. */
  now(): number
  /** Waits; rejects with the signal's reason when it is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
}
