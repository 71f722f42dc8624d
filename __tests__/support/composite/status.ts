import type { Outcome, Status } from './expressions.ts'

export type Conclusion = 'success' | 'failure' | 'cancelled'

export function statusOf(conclusion: Conclusion, job: AbortSignal): Status {
  return {
    success: conclusion === 'success' && !job.aborted,
    // A job that was cancelled after a step had failed is both.
    failure: conclusion === 'failure',
    cancelled: job.aborted
  }
}

/** What the steps so far come to, with one more. */
export function worse(conclusion: Conclusion, outcome: Outcome): Conclusion {
  if (conclusion === 'cancelled' || outcome === 'cancelled') return 'cancelled'
  return outcome === 'failure' ? 'failure' : conclusion
}

/**
 * Does something whose signal tells whether the running step is to be cancelled: when the job is, the runner asks the
 * condition of the step again, and lets the step end in peace if the condition still holds.
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

/** A condition that cannot be evaluated any more cancels the step, as on the runner. */
function stillWanted(isWanted: () => boolean): boolean {
  try {
    return isWanted()
  } catch {
    return false
  }
}
