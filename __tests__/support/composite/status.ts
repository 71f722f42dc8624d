import type { Outcome, Status } from './expressions.ts'

export type Conclusion = 'success' | 'failure' | 'cancelled'

export function statusOf(conclusion: Conclusion, job: AbortSignal): Status {
  return {
    success: conclusion === 'success' && !job.aborted,
    // A job that was cancelled after a failed step is both.
    failure: conclusion === 'failure',
    cancelled: job.aborted
  }
}

/** The status of the previous steps and one more. */
export function worse(conclusion: Conclusion, outcome: Outcome): Conclusion {
  if (conclusion === 'cancelled' || outcome === 'cancelled') return 'cancelled'
  return outcome === 'failure' ? 'failure' : conclusion
}

/**
 * Runs a job with a signal for the cancellation of the running step: when the job is cancelled, the runner evaluates
 * the condition of the step again, and does not disturb the step if the condition still holds.
 */
export async function cancellable<T>(
  job: AbortSignal,
  isWanted: () => boolean,
  work: (signal: AbortSignal) => Promise<T>
): Promise<T> {
  const controller = new AbortController()
  const decide = (): void => {
    if (!stillWanted(isWanted)) controller.abort()
  }
  job.addEventListener('abort', decide)
  try {
    return await work(controller.signal)
  } finally {
    job.removeEventListener('abort', decide)
  }
}

/** A condition that can no longer be evaluated cancels the step, as on the runner. */
function stillWanted(isWanted: () => boolean): boolean {
  try {
    return isWanted()
  } catch {
    return false
  }
}
