import { toReaderFailure } from '../clients/kubernetes/failure.ts'
import { credentialField, credentialsObject } from '../core/credentials.ts'
import { type KubernetesObject, objectId } from '../core/kubernetes/object.ts'
import type { ManifestDocument } from '../core/manifest.ts'
import { compareObjects, Drift } from '../phases/drift/drift.ts'
import type { ClusterSession } from './cluster-session.ts'
import { checkedInto, noteInto } from './findings.ts'
import type { StepContext } from './step.ts'

export interface DriftFound {
  /** The Secret with the credentials, if there is one. */
  secret: KubernetesObject | undefined
  /** Undefined if everything is as rendered. */
  drift: Drift | undefined
}

/**
 * Compares the cluster with the rendered objects. Drift does not end a verification: the other checks matter as well.
 */
export async function driftPhase(
  documents: readonly ManifestDocument[],
  { namespace, cluster }: ClusterSession,
  { result, redactor, log, phase }: StepContext
): Promise<DriftFound> {
  const deps = { cluster, toFailure: toReaderFailure, checked: checkedInto(result), note: noteInto(result, log), log }
  let secret: KubernetesObject | undefined
  try {
    await phase('drift', `rendered manifests and namespace ${namespace} at ${cluster.server}`, async () => {
      secret = await credentialsSecret(namespace, cluster)
      // Before anything is logged that could show them.
      for (const field of ['password', 'url'] as const) redactor.add((secret && credentialField(secret, field)) ?? '')
      return compareObjects(documents, { namespace }, deps)
    })
    return { secret, drift: undefined }
  } catch (error) {
    if (error instanceof Drift) return { secret, drift: error }
    throw error
  }
}

async function credentialsSecret(
  namespace: string,
  cluster: ClusterSession['cluster']
): Promise<KubernetesObject | undefined> {
  try {
    return await cluster.read(credentialsObject, namespace)
  } catch (error) {
    throw toReaderFailure(error, { verb: 'read', object: objectId(credentialsObject), namespace })
  }
}
