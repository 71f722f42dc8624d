import type { Deadline } from '../../core/deadline.ts'

/**
 * The limit of one connection or reply, in milliseconds: a silent server must not block the run, nor exceed its
 * deadline.
 */
export function answerMilliseconds(deadline: Deadline): number {
  return Math.min(5_000, Math.max(2_000, deadline.remaining))
}
/** How long a Ready pod may refuse connections, restarted by each reply: the exporter has no readiness probe. */
export const refusedToleranceMilliseconds = 10_000
/** The pause between two attempts. */
export const interval = 250
