/**
 * How long to wait before the next look, in milliseconds: ten times a second right after a change, then less and less
 * often, but at least once a second.
 * @param quietMilliseconds time since the last change
 * @param share the delay with which a change is noticed, as a fraction of that time: 20 for a twentieth
 */
export function pollInterval(quietMilliseconds: number, share: number): number {
  return Math.min(Math.max(quietMilliseconds / share, 100), 1_000)
}
