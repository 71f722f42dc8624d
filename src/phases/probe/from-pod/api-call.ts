import { apiCall } from '../../../core/kubernetes/api-call.ts'
import { type KubernetesObject, objectId } from '../../../core/kubernetes/object.ts'
import type { PodDeps } from '../deps.ts'

/** Makes a request about a pod. @throws Failure that says what was tried with which pod */
export async function podApiCall<T>(
  verb: string,
  pod: KubernetesObject,
  namespace: string,
  deps: Pick<PodDeps, 'toFailure' | 'signal'>,
  request: () => Promise<T>
): Promise<T> {
  return apiCall({ verb, object: objectId(pod), namespace }, deps, request)
}
