import type { Deadline } from '../../../core/deadline.ts'
import type { FailureCode } from '../../../core/failure.ts'
import type { KubernetesObject } from '../../../core/kubernetes/object.ts'
import { pollInterval } from '../../../core/poll-interval.ts'
import { formatDuration } from '../../../core/units.ts'
import { type Wait, type Waiting, waitUntilDone } from '../../../core/wait.ts'
import type { SecretDeps } from '../deps.ts'
import type { Reports } from './api-calls.ts'
import { cannotSyncFailure, nobodySyncsFailure, outOfTimeFailure, refusedByFailure } from './failures.ts'
import { force, forcing } from './force-sync.ts'
import { SyncObserver } from './observer.ts'
import type { SyncProblem } from './sync-problem.ts'

/**
 * For how long nothing may happen, in milliseconds. An operator that runs takes up a change within a second; one that has
 * many others to sync, or that was just restarted, gets a while.
 */
const longestQuiet = 20_000

/** An ExternalSecret that is not synced yet, and what that is judged from. */
interface Unsynced extends Waiting {
  object: KubernetesObject
  reports: Reports
  problem?: SyncProblem & { code: FailureCode }
}

/**
 * Makes the operator sync an ExternalSecret now, and waits until it did.
 * @param before what had been reported until then
 * @returns when it did, for the report
 * @throws Failure as soon as it cannot end well, at the latest at the deadline
 */
export async function syncNow(
  stored: KubernetesObject,
  before: Reports,
  namespace: string,
  deadline: Deadline,
  deps: SecretDeps
): Promise<string> {
  const { clock, signal } = deps
  const begin = clock.now()
  const how = forcing(stored, namespace, new Date(deps.date().getTime() - deadline.elapsed))
  if (how.state === 'needless') return how.detail
  if (how.state === 'refused') throw refusedByFailure(how.refusal)
  const observer = new SyncObserver(await force(stored, namespace, deps), before, namespace, deps)
  // Not less for the sake of a verdict: that it comes within a second is soon enough.
  const interval = () => pollInterval(clock.now() - begin, 10)
  const wait: Wait<string, Unsynced> = {
    async look() {
      // What the operator failed at stands; that it does nothing is only known from the events of now.
      const needsEvents = deadline.passed || observer.quiet >= longestQuiet
      const { object, freshness, reports, problem } = await observer.look(needsEvents)
      if (freshness.state === 'fresh') {
        return { done: `${freshness.detail}, ${formatDuration(clock.now() - begin)} after the sync was requested` }
      }
      if (freshness.state === 'refused') throw refusedByFailure(freshness.refusal)
      const { waitingFor } = freshness
      // Whatever it fails at is the same problem: it does not sync.
      if (problem !== undefined) {
        return { waiting: { object, reports, waitingFor, problem: { code: 'external-secret-error', ...problem } } }
      }
      const isOver = needsEvents && observer.quiet >= longestQuiet
      return { waiting: { object, reports, waitingFor, ...(isOver && { patience: 0 }) } }
    },
    interval,
    async verdict({ object, reports, problem, waitingFor }, { last, lasted }) {
      if (problem !== undefined) return cannotSyncFailure(object, problem, lasted, reports, namespace)
      return last
        ? outOfTimeFailure(object, waitingFor, deadline.milliseconds, reports, namespace)
        : nobodySyncsFailure(object, observer.quiet, reports, namespace)
    }
  }
  // A sync takes a fraction of a second.
  await clock.sleep(Math.min(interval(), deadline.remaining), signal)
  return waitUntilDone(wait, deadline, deps)
}
