import { systemClock } from '../clients/runner/system-clock.ts'
import { Deadline } from '../core/deadline.ts'

/** How long cleaning up may be retried after the deadline of the run, in milliseconds. */
const grace = 10_000

/** The deadlines of a run that begins now. @param timeoutMilliseconds the input `timeout` */
export function runDeadlines(timeoutMilliseconds: number): { deadline: Deadline; cleaning: Deadline } {
  return {
    deadline: new Deadline(systemClock, timeoutMilliseconds),
    cleaning: new Deadline(systemClock, timeoutMilliseconds + grace)
  }
}
