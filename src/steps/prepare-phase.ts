import { systemClock } from '../clients/runner/system-clock.ts'
import type { AcceptableDanger } from '../core/data-dangers.ts'
import { Failure } from '../core/failure.ts'
import { names } from '../core/kubernetes/workload.ts'
import type { Guarded } from '../phases/guard/guard.ts'
import { type Prepared, prepare } from '../phases/prepare/prepare.ts'
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
  const { changes = [], preparations = [], login, keepsData = false } = guarded ?? {}
  // Without a login it was not asked, or did not answer: a Redis that is down has nothing to prepare.
  if (login === undefined || changes.length === 0) return undefined
  const deps = { ...redisDeps(session), clock: systemClock, signal, note: noteInto(result, log), log }
  let prepared: Prepared | undefined
  await phase('prepare', `pod ${names.pod} for its restart`, async () => {
    try {
      prepared = await prepare({ login, preparations, keepsData }, session.deadline, deps)
    } catch (error) {
      if (!(error instanceof Failure && error.code === 'data-at-risk' && accepted.has('persistence'))) throw error
      deps.note(`Accepted (persistence): ${error.message}.`)
      return 'accepted that data is lost'
    }
    const { keysBefore, done, sentinels } = prepared
    result.keysBefore = keysBefore
    const proof = sentinels === undefined ? [] : [`${sentinels.size} sentinel keys written`]
    return [`${keysBefore} keys`, ...done, ...proof].join('; ')
  })
  return prepared
}
