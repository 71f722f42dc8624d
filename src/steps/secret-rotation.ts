import { toFailureFor } from '../clients/kubernetes/failure.ts'
import type { KubernetesObject } from '../core/kubernetes/object.ts'
import { readersAmong, rotationNote, workloadKinds } from '../core/secret-readers.ts'
import type { ClusterSession } from './cluster-session.ts'
import { noteInto } from './findings.ts'
import type { StepContext } from './step.ts'

/**
 * Says which clients must restart because keys of the Secret with the credentials change; asks for them only then.
 * @param keys those that change
 */
export async function reportRotation(
  keys: readonly string[],
  session: ClusterSession,
  { result, log }: StepContext
): Promise<void> {
  if (keys.length === 0) return
  const workloads = await listWorkloads(session)
  const readers = workloads && readersAmong(workloads)
  noteInto(result, log)(rotationNote(keys, readers, session.namespace, result.mode === 'plan'))
}

/** @returns undefined where the identity may not list them */
async function listWorkloads({ namespace, cluster, role }: ClusterSession): Promise<KubernetesObject[] | undefined> {
  try {
    return (await Promise.all(workloadKinds.map((kind) => cluster.list(kind, namespace)))).flat()
  } catch (error) {
    const failure = toFailureFor(role)(error, { verb: 'list', object: 'workloads', namespace })
    if (failure.code !== 'forbidden') throw failure
    return undefined
  }
}
