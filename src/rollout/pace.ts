/** Pauses in milliseconds. */
export interface Pace {
  look: number
  /** The least time between two requests for events. */
  events: number
}

/**
 * How long what only explains a failure may take, in milliseconds: the failure itself is certain. The API server may
 * not reach the kubelet that has a log, and finds that out late. It is not away then, so this ends before it would be
 * called that.
 */
export const explanationMilliseconds = 2_500

/**
 * How often to look, after nothing has changed for so long. What moves is looked at ten times a second, so that the
 * verdict follows readiness at once; what stands still is looked at with a delay of at most a fortieth of the wait.
 */
export function paceAfter(quietMilliseconds: number): Pace {
  const look = Math.min(Math.max(quietMilliseconds / 40, 100), 1_000)
  return { look, events: Math.max(1_500, 5 * look) }
}
