import { toFailureFor } from '../clients/kubernetes/failure.ts'
import { UnknownKind } from '../clients/kubernetes/resources.ts'
import { systemClock } from '../clients/runner/system-clock.ts'
import type { Credentials } from '../core/credentials.ts'
import type { ManifestDocument } from '../core/manifest.ts'
import type { ObjectResult } from '../core/result.ts'
import { apply } from '../phases/apply/apply.ts'
import type { ApplyInputs } from '../phases/apply/deps.ts'
import type { ClusterSession } from './cluster-session.ts'
import { noteInto } from './findings.ts'
import { guardData } from './guard-phase.ts'
import type { StepContext } from './step.ts'

/** Applies the documents; returns the credentials of a self-hosted Redis. */
export async function applyPhase(
  documents: readonly ManifestDocument[],
  inputs: Omit<ApplyInputs, 'dryRun'>,
  session: ClusterSession,
  step: StepContext
): Promise<Credentials | undefined> {
  const { cluster, role } = session
  const { result, redactor, signal, log, phase } = step
  let credentials: Credentials | undefined
  await phase('apply', `to namespace ${inputs.namespace} at ${cluster.server}`, async () => {
    const objects: ObjectResult[] = []
    result.objects = objects
    credentials = await apply(
      documents,
      { ...inputs, dryRun: false },
      {
        cluster,
        toFailure: toFailureFor(role),
        log,
        note: noteInto(result, log),
        clock: systemClock,
        signal,
        secret: (value) => redactor.add(value),
        isUnknownKind: (error) => error instanceof UnknownKind,
        accepted: (states) => guardData(states, session, step),
        applied: (object) => void objects.push(object),
        // The failure thrown by apply names them all.
        refused: () => {}
      }
    )
    const counts = (['created', 'configured', 'unchanged'] as const)
      .map((change) => ({ change, count: objects.filter((object) => object.change === change).length }))
      .filter(({ count }) => count > 0)
    return counts.map(({ change, count }) => `${count} ${change}`).join(', ') || 'nothing is rendered'
  })
  return credentials
}
