import { toFailureFor } from '../clients/kubernetes/failure.ts'
import { UnknownKind } from '../clients/kubernetes/resources.ts'
import type { Credentials } from '../core/credentials.ts'
import { Failure } from '../core/failure.ts'
import { objectId } from '../core/kubernetes/object.ts'
import type { ManifestDocument } from '../core/manifest.ts'
import type { RenderedCache } from '../core/rendered-cache/rendered-cache.ts'
import type { Check, ProgramResult } from '../core/result.ts'
import { sanitizeLine } from '../core/sanitize.ts'
import { addressNote } from '../phases/apply/credentials.ts'
import { findLeftovers } from '../phases/apply/leftovers.ts'
import type { ClusterSession } from './cluster-session.ts'
import type { StepContext } from './step.ts'

/** Room for the names of many objects. */
const maximumNote = 8_000

/** Keeps a check for the report. */
export function checkedInto(result: ProgramResult): (check: Check) => void {
  return (check) => {
    result.checks = [...(result.checks ?? []), check]
  }
}

/** Says what a reader should know beside the verdict, and keeps it for the report. */
export function noteInto(result: ProgramResult, log: (line: string) => void): (sentence: string) => void {
  return (sentence) => {
    // Names of manifests and messages of the cluster stand in it.
    const note = sanitizeLine(sentence, maximumNote)
    log(note)
    result.notes = [...(result.notes ?? []), note]
  }
}

/**
 * Tells, and keeps for the report, what an earlier deployment has left behind.
 * @param forPlan looks among all objects of the namespace, as far as that is allowed
 */
export async function reportLeftovers(
  documents: readonly ManifestDocument[],
  { namespace, cluster, role }: ClusterSession,
  { result, log }: StepContext,
  forPlan = false
): Promise<void> {
  try {
    const found = await findLeftovers(documents, namespace, forPlan, {
      cluster,
      toFailure: toFailureFor(role),
      isUnknownKind: (error) => error instanceof UnknownKind
    })
    const leftovers = found.map(objectId)
    result.leftovers = leftovers
    if (leftovers.length > 0) log(`left over from an earlier deployment: ${leftovers.join(', ')}`)
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'forbidden') throw error
    noteInto(result, log)(`Left-over objects were not searched for: ${error.hint}`)
  }
}

/** Says, and keeps for the report, that Redis was not asked the way that applications take. */
export function reportPortForward({ result, log }: StepContext): void {
  const note = noteInto(result, log)
  note(
    'Redis was asked through a port-forward, which bypasses Service and NetworkPolicy; a deployment with ' +
      '`probe-from: cluster` proves the path of a backend.'
  )
}

/** Says, and keeps for the report, where applications are sent, if that may be another Redis than the one of the run. */
export function reportStoredAddress(
  credentials: Credentials,
  { services }: RenderedCache,
  { namespace }: ClusterSession,
  { result, log }: StepContext
): void {
  const note = addressNote(credentials, namespace, services)
  if (note !== undefined) noteInto(result, log)(note)
}
