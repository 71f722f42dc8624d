import { toFailureFor, toPlannerFailure } from '../clients/kubernetes/failure.ts'
import { UnknownKind } from '../clients/kubernetes/resources.ts'
import { systemClock } from '../clients/runner/system-clock.ts'
import type { Credentials } from '../core/credentials.ts'
import { writeTrial } from '../phases/apply/apply.ts'
import type { ApplyDeps, ApplyInputs } from '../phases/apply/deps.ts'
import type { Trial } from '../phases/apply/trial.ts'
import type { ClusterSession } from './cluster-session.ts'
import type { StepContext } from './step.ts'

/** What applying a document needs, in a dry run as for a write. */
export function applyDeps(
  { cluster, role }: ClusterSession,
  { result, redactor, signal, log }: StepContext
): ApplyDeps {
  return {
    cluster,
    toFailure: role === 'rbac-planner' ? toPlannerFailure : toFailureFor(role),
    log,
    clock: systemClock,
    signal,
    secret: (value) => redactor.add(value),
    isUnknownKind,
    applied(object) {
      result.objects = [...(result.objects ?? []), object]
    }
  }
}

/** Whether an error only means that the cluster does not serve a kind. */
export function isUnknownKind(error: unknown): boolean {
  return error instanceof UnknownKind
}

/** Writes what was planned; returns the credentials of a self-hosted Redis. */
export async function applyPhase(
  trial: Trial,
  inputs: ApplyInputs,
  session: ClusterSession,
  step: StepContext
): Promise<Credentials | undefined> {
  const { namespace, cluster } = session
  let credentials: Credentials | undefined
  await step.phase('apply', `to namespace ${namespace} at ${cluster.server}`, async () => {
    credentials = await writeTrial(trial, inputs, applyDeps(session, step))
    const { objects = [] } = step.result
    const counts = (['created', 'configured', 'unchanged'] as const)
      .map((change) => ({ change, count: objects.filter((object) => object.change === change).length }))
      .filter(({ count }) => count > 0)
    return counts.map(({ change, count }) => `${count} ${change}`).join(', ') || 'nothing is rendered'
  })
  return credentials
}
