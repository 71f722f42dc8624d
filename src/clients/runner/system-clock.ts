import { setTimeout } from 'node:timers/promises'
import type { Clock } from '../../core/clock.ts'

/** The real clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  async sleep(milliseconds, signal) {
    signal.throwIfAborted()
    try {
      await setTimeout(milliseconds, undefined, { signal })
    } catch {
      signal.throwIfAborted()
    }
  }
}
