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
import { missingServiceFailure, namedService } from '../phases/apply/stored-address.ts'
import type { ClusterSession } from './cluster-session.ts'
import type { StepContext } from './step.ts'

/** Space for the names of many objects. */
const maximumNote = 8_000

/** Keeps a check for the report. */
export function checkedInto(result: ProgramResult): (check: Check) => void {
  return (check) => {
    result.checks = [...(result.checks ?? []), check]
  }
}

/** Logs what a reader should know besides the verdict, and keeps it for the report. */
export function noteInto(result: ProgramResult, log: (line: string) => void): (sentence: string) => void {
  return (sentence) => {
    // It contains names from manifests and messages of the cluster.
    const note = sanitizeLine(sentence, maximumNote)
    log(note)
    result.notes = [...(result.notes ?? []), note]
  }
}

/**
 * Logs the leftovers of an earlier deployment, and keeps them for the report.
 * @param forPlan searches all objects of the namespace, as far as permitted
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

/**
 * Logs and reports the address for applications if it may lead to another Redis than the one of the run.
 * @throws Failure secret-field, if the Service that it names does not exist
 */
export async function reportStoredAddress(
  credentials: Credentials,
  cache: RenderedCache,
  { namespace, cluster }: ClusterSession,
  { result, log }: StepContext
): Promise<void> {
  const note = addressNote(credentials, namespace, cache.services)
  if (note === undefined) return
  const name = namedService(credentials, namespace)
  // Who may not read it does not know.
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: name ?? '' } }
  if (name !== undefined && (await cluster.read(service, namespace).catch(() => service)) === undefined) {
    throw missingServiceFailure(name, credentials, cache, namespace)
  }
  noteInto(result, log)(note)
}
