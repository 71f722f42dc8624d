import type { Clock } from './clock.ts'
import type { Deadline } from './deadline.ts'
import type { Failure } from './failure.ts'
import { type Problem, ProblemTimer } from './problem.ts'

/** What one look has shown: that the wait is over, or what is still missing. */
export type Observation<T, W extends Waiting> = { done: T } | { waiting: W }

/** What is still missing. A caller adds what its verdict needs. */
export interface Waiting {
  /** To be read after "waiting for". */
  waitingFor: string
  /** Why it may not end well. It has its tolerance for as long as each look finds a problem of the same code. */
  problem?: Pick<Problem, 'code' | 'sentence' | 'toleranceMilliseconds'>
  /** For how much longer it may stay so besides, in milliseconds: 0 if it is time for a verdict. Endless if undefined. */
  patience?: number
  /** Whether it is to be refreshed, although no verdict may be due. */
  isOutdated?: boolean
}

/** How to wait for something. Whatever these functions throw ends the wait. */
export interface Wait<T, W extends Waiting> {
  /** @param quiet for how long the log has said the same, in milliseconds */
  look(quiet: number): Promise<Observation<T, W>>
  /** What was just seen, with the events of now; undefined where a look has them whenever a verdict needs them. */
  refresh?(seen: W): Promise<Observation<T, W>>
  /**
   * Milliseconds until the next look, at most: the deadline may come first.
   * @param patience for how much longer what was seen is tolerated
   * @param quiet the same as that of the look
   */
  interval(patience: number, quiet: number): number
  /** @returns why the wait was in vain; undefined if it can go on, because something was done: never at the deadline */
  verdict(seen: W, time: VerdictTime): Promise<Failure | undefined>
}

/** When a verdict is due: at the deadline, or because a problem or something else is not tolerated any longer. */
export interface VerdictTime {
  /** Whether the deadline has passed. */
  last: boolean
  /** For how long the problem has been seen, if there is one, in milliseconds. */
  lasted: number
}

/**
 * Looks until that is done which is waited for, and logs what is missing whenever that changes. After the deadline it
 * looks once more.
 * @throws Failure of the verdict, as soon as a problem has lasted too long, at the latest at the deadline
 */
export async function waitUntilDone<T, W extends Waiting>(
  wait: Wait<T, W>,
  deadline: Deadline,
  { clock, signal, log }: { clock: Clock; signal: AbortSignal; log(line: string): void }
): Promise<T> {
  const timer = new ProblemTimer(clock)
  const patienceWith = ({ problem, patience = Number.POSITIVE_INFINITY }: W) =>
    Math.min(timer.remainingTolerance(problem), patience)
  let said = ''
  let saidAt = clock.now()
  for (;;) {
    const last = deadline.passed
    const quiet = clock.now() - saidAt
    let seen = await wait.look(quiet)
    if ('waiting' in seen && (last || patienceWith(seen.waiting) === 0 || seen.waiting.isOutdated)) {
      // No verdict rests on old events: a newer one may tell more, or that an autoscaler helps.
      seen = (await wait.refresh?.(seen.waiting)) ?? seen
    }
    if ('done' in seen) return seen.done

    const { problem, waitingFor } = seen.waiting
    const line = problem?.sentence ?? `waiting for ${waitingFor}`
    if (line !== said) {
      log(line)
      said = line
      saidAt = clock.now()
    }
    const patience = patienceWith(seen.waiting)
    if (last || patience === 0) {
      const failure = await wait.verdict(seen.waiting, { last, lasted: timer.duration })
      if (failure !== undefined) throw failure
    } else {
      await clock.sleep(Math.min(wait.interval(patience, quiet), deadline.remaining), signal)
    }
  }
}
