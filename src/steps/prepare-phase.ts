import { systemClock } from '../clients/runner/system-clock.ts'
import type { AcceptableDanger } from '../core/data-dangers.ts'
import { Failure, messageOf } from '../core/failure.ts'
import { names } from '../core/kubernetes/workload.ts'
import { sanitizeLine } from '../core/sanitize.ts'
import type { Guarded } from '../phases/guard/guard.ts'
import { cannotFailure, type Prepared, prepare } from '../phases/prepare/prepare.ts'
import type { ClusterSession } from './cluster-session.ts'
import { noteInto } from './findings.ts'
import { redisDeps } from './guard-phase.ts'
import type { StepContext } from './step.ts'

/**
 * Has the running Redis write its data to where the new one will look, where redis-0 would restart.
 * @returns undefined where there is nothing to prepare
 * @throws Failure data-at-risk if that cannot be done; nothing was written then
 */
export async function preparePhase(
  guarded: Guarded | undefined,
  accepted: ReadonlySet<AcceptableDanger>,
  session: ClusterSession,
  step: StepContext
): Promise<Prepared | undefined> {
  const { result, signal, log, phase } = step
  // Without a login it was not asked, or did not answer: a Redis that is down has nothing to prepare.
  if (guarded?.login === undefined || guarded.changes.length === 0) return undefined
  const { login, preparations, restart, keepsData } = guarded
  const deps = { ...redisDeps(session), clock: systemClock, signal, note: noteInto(result, log), log }
  let prepared: Prepared | undefined
  await phase('prepare', `pod ${names.pod} for its restart`, async () => {
    try {
      prepared = await prepare({ login, restart, preparations, keepsData }, session.deadline, deps)
    } catch (error) {
      signal.throwIfAborted()
      // Redis, or the way to it, is gone since the guard has asked it.
      const [needed] = preparations
      const said = sanitizeLine(messageOf(error), 200)
      if (!(error instanceof Failure) && needed === undefined) {
        deps.note(`Redis was not prepared for its restart, and the data is not proven by keys of this run: ${said}.`)
        return 'not prepared'
      }
      const failure =
        error instanceof Failure ? error : cannotFailure(needed ?? restart, `Redis cannot be asked: ${said}`)
      if (failure.code !== 'data-at-risk' || !accepted.has('persistence')) throw failure
      deps.note(`Accepted (persistence): ${failure.message}.`)
      return 'accepted that data is lost'
    }
    const { keysBefore, done, sentinels } = prepared
    result.keysBefore = keysBefore
    const proof = sentinels === undefined ? [] : [`${sentinels.size} sentinel keys written`]
    return [`${keysBefore} keys`, ...done, ...proof].join('; ')
  })
  return prepared
}
