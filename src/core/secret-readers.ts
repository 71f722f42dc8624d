import { isDeepStrictEqual } from 'node:util'
import { at, type KubernetesObject, objectId } from './kubernetes/object.ts'
import { names, referencedNames } from './kubernetes/workload.ts'

/** The kinds whose pods may read a Secret. */
export const workloadKinds: readonly KubernetesObject[] = ['Deployment', 'StatefulSet', 'DaemonSet'].map((kind) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: '' }
}))

/** The keys of a Secret that have another value than before, or are new; none where there was no Secret. */
export function changedKeys(before: KubernetesObject | undefined, after: KubernetesObject): string[] {
  if (before === undefined) return []
  const [old, next] = [before, after].map((secret) => Object(at(secret, 'data')) as Record<string, unknown>)
  return Object.keys({ ...old, ...next })
    .filter((key) => !isDeepStrictEqual(old?.[key], next?.[key]))
    .sort()
}

/** The workloads among these whose pods read the Secret with the credentials; not Redis, which is replaced anyway. */
export function readersAmong(workloads: readonly KubernetesObject[]): KubernetesObject[] {
  return workloads.filter(
    (each) =>
      referencedNames(each, 'secret').has(names.credentials) && objectId(each) !== `StatefulSet/${names.statefulSet}`
  )
}

/**
 * What a change of the Secret means for the clients that run: they go on with the values that they started with.
 * @param readers undefined where the identity may not list them
 */
export function rotationNote(
  keys: readonly string[],
  readers: readonly KubernetesObject[] | undefined,
  namespace: string,
  isPlan: boolean
): string {
  const changes = isPlan ? 'would change' : 'changes'
  const what =
    `Secret/${names.credentials} ${changes} in ${keys.join(', ')}: clients that run keep the old values, and are refused ` +
    'as soon as they connect anew. Restart the pods that read it'
  if (readers === undefined) {
    return `${what}: \`kubectl -n ${namespace} rollout restart deployment NAME\`. Which ones these are is told where the identity may list deployments, statefulsets and daemonsets.`
  }
  if (readers.length === 0) return `${what}; no Deployment, StatefulSet or DaemonSet of namespace ${namespace} does.`
  const ids = readers.map((each) => objectId(each).toLowerCase())
  return `${what}: \`kubectl -n ${namespace} rollout restart ${ids.join(' ')}\``
}
