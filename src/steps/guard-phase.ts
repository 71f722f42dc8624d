import { toFailureFor } from '../clients/kubernetes/failure.ts'
import { missingRight, roleFor } from '../clients/kubernetes/forbidden.ts'
import { openPortForward } from '../clients/kubernetes/port-forward.ts'
import { openRedisConnection, RedisError } from '../clients/redis/connection.ts'
import type { AcceptableDanger } from '../core/data-dangers.ts'
import { messageOf } from '../core/failure.ts'
import { objectId } from '../core/kubernetes/object.ts'
import { names } from '../core/kubernetes/workload.ts'
import type { ObjectStates } from '../phases/apply/deps.ts'
import type { ClaimDeps, GuardDeps } from '../phases/guard/deps.ts'
import { dataAtRiskFailure, type Guarded, guard } from '../phases/guard/guard.ts'
import { pendingRestart } from '../phases/plan/predicted-restart.ts'
import type { ClusterSession } from './cluster-session.ts'
import { noteInto } from './findings.ts'
import type { StepContext } from './step.ts'

/** What the guard needs of its step. */
type GuardContext = Pick<StepContext, 'result' | 'redactor' | 'log'>

/**
 * Refuses what would lose the data of the deployed Redis; to be called before the first write.
 * @param states the server's responses to a dry run of every object
 * @returns what must be done before it; undefined where there is no Redis
 * @throws Failure data-at-risk
 */
export async function guardPhase(
  states: readonly ObjectStates[],
  accepted: ReadonlySet<AcceptableDanger>,
  session: ClusterSession,
  step: StepContext
): Promise<Guarded | undefined> {
  let guarded: Guarded | undefined
  await step.phase('guard', `the data of pod ${names.pod}`, async () => {
    guarded = await guardData(states, accepted, session, step)
    guarded?.notes.forEach(noteInto(step.result, step.log))
    if (guarded !== undefined && guarded.losses.length > 0) throw dataAtRiskFailure(guarded.losses)
    const { preparations = [], changes = [] } = guarded ?? {}
    if (preparations.length > 0) return `nothing would be lost once ${names.pod} has prepared for its restart`
    return changes.length > 0 ? `nothing would be lost when ${names.pod} restarts` : 'nothing would be lost'
  })
  return guarded
}

/** The same without a phase: what would be lost is part of the result. */
export async function guardData(
  states: readonly ObjectStates[],
  accepted: ReadonlySet<AcceptableDanger>,
  session: ClusterSession,
  step: GuardContext
): Promise<Guarded | undefined> {
  const { namespace } = session
  const { result, redactor, log } = step
  const statefulSet = states.find(({ wanted }) => objectId(wanted) === `StatefulSet/${names.statefulSet}`)
  return guard(
    {
      namespace,
      states,
      changes: statefulSet === undefined ? [] : restartOf(statefulSet),
      accepted
    },
    {
      ...claimDeps(session, step),
      ...redisDeps(session),
      secret: (value) => redactor.add(value),
      answered() {
        result.servedBefore = true
      },
      log
    }
  )
}

/** How redis-0 is asked. */
export function redisDeps({
  namespace,
  connection
}: ClusterSession): Pick<GuardDeps, 'openTunnel' | 'openRedis' | 'isReply'> {
  return {
    openTunnel: (port) => openPortForward(connection, namespace, names.pod, port),
    openRedis: openRedisConnection,
    isReply: (error, ...codes) => error instanceof RedisError && codes.includes(error.code)
  }
}

/** A pod whose StatefulSet is gone is adopted by the next one, and replaced if that has another template. */
function restartOf({ before, after }: ObjectStates): string[] {
  return before === undefined ? [`no StatefulSet/${names.statefulSet} is stored`] : pendingRestart(before, after)
}

function claimDeps({ cluster, role }: ClusterSession, { result, log }: GuardContext): ClaimDeps {
  const toFailure = toFailureFor(role)
  return {
    cluster,
    toFailure,
    note: noteInto(result, log),
    grantFor(error) {
      const failure = toFailure(error, { verb: 'read', object: '', namespace: '' })
      if (failure.code !== 'forbidden') return undefined
      // A claim is only read, so the hint of a failure, which is for objects that are applied, suggests too much.
      const right = missingRight(messageOf(error), true)
      if (right === undefined) return `grant the Role in manifests/${role} to the identity of the kubeconfig`
      return `give ${right.user} the Role in manifests/${role}, or in ${roleFor(right)}: \`${right.rule}\``
    }
  }
}
