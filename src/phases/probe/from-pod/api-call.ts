import { type KubernetesObject, objectId } from '../../../core/kubernetes/object.ts'
import type { PodDeps } from '../deps.ts'

/** Makes a request about a pod; an error of the cluster becomes the failure for the user. */
export async function podApiCall<T>(
  verb: string,
  pod: KubernetesObject,
  namespace: string,
  { toFailure, signal }: Pick<PodDeps, 'toFailure' | 'signal'>,
  request: () => Promise<T>
): Promise<T> {
  try {
    return await request()
  } catch (error) {
    signal.throwIfAborted()
    throw toFailure(error, { verb, object: objectId(pod), namespace })
  }
}
