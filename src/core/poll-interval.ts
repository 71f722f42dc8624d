/**
 * How long to wait before the next look, in milliseconds: what has just moved is looked at ten times a second, what stands
 * still more and more rarely, and once a second at least.
 * @param quietMilliseconds for how long nothing has changed
 * @param share the delay with which a change is seen, as a fraction of that time: 20 for a twentieth
 */
export function pollInterval(quietMilliseconds: number, share: number): number {
  return Math.min(Math.max(quietMilliseconds / share, 100), 1_000)
}
