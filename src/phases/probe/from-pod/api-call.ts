import { type KubernetesObject, objectId } from '../../../core/kubernetes/object.ts'
import type { PodDeps } from '../deps.ts'

/** Lets a request about a pod be made; what the cluster refuses becomes the failure that a user reads. */
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
