import { Failure } from '../../../core/failure.ts'
import { apiCall } from '../../../core/kubernetes/api-call.ts'
import { type KubernetesObject, objectId } from '../../../core/kubernetes/object.ts'
import type { SecretDeps } from '../deps.ts'
import { operatorHint } from './refresh-policy.ts'

/** The events of the operator and its stores in a namespace, as far as they may be read. */
export interface Reports {
  events: KubernetesObject[]
  /** Why events cannot be listed, if so: the permission is only needed if something fails. */
  refusal: Failure | undefined
}

/** The stored ExternalSecret. @throws Failure if it does not exist, or is being deleted */
export async function readExternalSecret(
  wanted: KubernetesObject,
  namespace: string,
  deps: SecretDeps
): Promise<KubernetesObject> {
  const id = objectId(wanted)
  const stored = await apiCall({ verb: 'read', object: id, namespace }, deps, () =>
    deps.cluster.read(wanted, namespace)
  )
  if (stored === undefined) throw externalSecretMissingFailure(wanted, namespace)
  if (stored.metadata['deletionTimestamp'] !== undefined)
    throw externalSecretMissingFailure(wanted, namespace, 'is being deleted')
  return stored
}

/** @throws Failure if events cannot be listed for another reason than a missing permission */
export async function readReports(namespace: string, deps: SecretDeps): Promise<Reports> {
  try {
    return { events: await deps.cluster.listEvents(namespace), refusal: undefined }
  } catch (error) {
    deps.signal.throwIfAborted()
    const failure = deps.toFailure(error, { verb: 'list', object: 'events', namespace })
    if (failure.code !== 'forbidden') throw failure
    return { events: [], refusal: failure }
  }
}

/** The ExternalSecret does not exist in the namespace, or is being deleted. */
export function externalSecretMissingFailure(
  object: KubernetesObject,
  namespace: string,
  how: 'is not there' | 'is being deleted' = 'is not there'
): Failure {
  const hint =
    how === 'is being deleted'
      ? `wait until it is gone, and run again; the operator must release it: ${operatorHint(object, namespace)}`
      : 'run the deployment, which applies it; if it just did, another client deleted it'
  return new Failure('external-secret-error', `${objectId(object)} ${how} (namespace ${namespace})`, hint)
}
