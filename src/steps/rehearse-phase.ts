import { toFailureFor } from '../clients/kubernetes/failure.ts'
import { missingRight } from '../clients/kubernetes/forbidden.ts'
import { systemClock } from '../clients/runner/system-clock.ts'
import { messageOf } from '../core/failure.ts'
import { at, type KubernetesObject, objectId } from '../core/kubernetes/object.ts'
import { heldBack } from '../core/kubernetes/update-strategy.ts'
import { names, redisPod } from '../core/kubernetes/workload.ts'
import { engineTitle } from '../core/redis/engine.ts'
import type { ObjectStates } from '../phases/apply/deps.ts'
import { type Guarded, refuseEngine } from '../phases/guard/guard.ts'
import { rehearse } from '../phases/rollout/rehearsal/rehearse.ts'
import type { ClusterSession } from './cluster-session.ts'
import { noteInto } from './findings.ts'
import type { StepContext } from './step.ts'

/**
 * Starts a pod of the new template where redis-0 would be replaced, and refuses what would not start.
 * @param states every object as it is and as it would be
 * @throws Failure with the code of a rollout, or data-at-risk of an engine that cannot read the data
 */
export async function rehearsePhase(
  states: readonly ObjectStates[],
  guarded: Guarded | undefined,
  session: ClusterSession,
  step: StepContext
): Promise<void> {
  const statefulSet = states.find(({ wanted }) => objectId(wanted) === `StatefulSet/${names.statefulSet}`)?.after
  if (guarded === undefined || statefulSet === undefined || !isReplaced(guarded, statefulSet)) return
  const { namespace, cluster, cleaning, deadline, role } = session
  const { result, redactor, signal, log, phase } = step
  const running = await podNow(session, signal)
  if (running === undefined) return
  const note = noteInto(result, log)
  const toFailure = toFailureFor(role)
  await phase('rehearse', `pod ${names.rehearsal}`, async () => {
    const planned = states.map(({ after }) => after)
    const rehearsal = await rehearse({ namespace, statefulSet, planned, running }, deadline, {
      cluster,
      cleaning,
      toFailure,
      grantFor(error) {
        const { code } = toFailure(error, { verb: 'patch', object: `Pod/${names.rehearsal}`, namespace })
        return code === 'forbidden'
          ? (missingRight(messageOf(error))?.user ?? 'the identity of the kubeconfig')
          : undefined
      },
      secret: (value) => redactor.add(value),
      note,
      clock: systemClock,
      date: () => new Date(),
      signal,
      log
    })
    if (rehearsal.kind === 'skipped') {
      note(`The new pod was not rehearsed: ${rehearsal.because}.`)
      return 'not rehearsed'
    }
    const { engine } = rehearsal
    if (engine !== undefined) refuseEngine(guarded, engine)
    return `a pod of the new template became Ready${engine === undefined ? '' : ` with ${engineTitle(engine)}`}`
  })
}

/** Whether the controller would make another redis-0 now. */
function isReplaced({ changes }: Guarded, statefulSet: KubernetesObject): boolean {
  return changes.length > 0 && heldBack(statefulSet) === undefined && at(statefulSet, 'spec', 'replicas') !== 0
}

/** redis-0, unless it is gone or about to go anyway. */
async function podNow(
  { namespace, cluster, role }: ClusterSession,
  signal: AbortSignal
): Promise<KubernetesObject | undefined> {
  const pods = await cluster.listPodsNamed(namespace, names.pod).catch((error: unknown) => {
    signal.throwIfAborted()
    throw toFailureFor(role)(error, { verb: 'watch', object: `Pod/${names.pod}`, namespace })
  })
  const pod = redisPod(pods)
  const isGoing = pod?.metadata['deletionTimestamp'] !== undefined || at(pod, 'status', 'phase') === 'Failed'
  return isGoing ? undefined : pod
}
