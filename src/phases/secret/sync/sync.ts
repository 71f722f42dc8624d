import type { Deadline } from '../../../core/deadline.ts'
import type { KubernetesObject } from '../../../core/kubernetes/object.ts'
import { pollInterval } from '../../../core/poll-interval.ts'
import { formatDuration } from '../../../core/units.ts'
import type { SecretDeps } from '../deps.ts'
import type { Reports } from './api-calls.ts'
import { cannotSyncFailure, nobodySyncsFailure, outOfTimeFailure, refusedByFailure } from './failures.ts'
import { force, forcing } from './force-sync.ts'
import { SyncObserver } from './observer.ts'

/**
 * For how long nothing may happen, in milliseconds. An operator that runs takes up a change within a second; one that has
 * many others to sync, or that was just restarted, gets a while.
 */
const patience = 20_000

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
  const { clock, signal, log } = deps
  const begin = clock.now()
  const how = forcing(stored, namespace, new Date(deps.date().getTime() - deadline.elapsed))
  if (how.state === 'needless') return how.detail
  if (how.state === 'refused') throw refusedByFailure(how.refusal)
  const observer = new SyncObserver(await force(stored, namespace, deps), before, namespace, deps)
  let said = ''
  for (;;) {
    // A sync takes a fraction of a second.
    await clock.sleep(Math.min(pollInterval(clock.now() - begin, 10), deadline.remaining), signal)
    const last = deadline.passed
    const verdict = last || observer.quiet >= patience
    const { object, freshness, reports, failing } = await observer.look(verdict)
    if (freshness.state === 'fresh') {
      return `${freshness.detail}, ${formatDuration(clock.now() - begin)} after the sync was requested`
    }
    if (freshness.state === 'refused') throw refusedByFailure(freshness.refusal)

    const line = failing?.problem.sentence ?? `waiting for ${freshness.waitingFor}`
    if (line !== said) log(line)
    said = line
    if (failing !== undefined && (last || failing.duration >= failing.problem.toleranceMilliseconds)) {
      throw cannotSyncFailure(object, failing.problem, failing.duration, reports, namespace)
    }
    if (last) throw outOfTimeFailure(object, freshness.waitingFor, deadline.milliseconds, reports, namespace)
    if (verdict && observer.quiet >= patience) throw nobodySyncsFailure(object, observer.quiet, reports, namespace)
  }
}
