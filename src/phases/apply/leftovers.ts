import { isWrittenByUs } from '../../core/kubernetes/managed-fields.ts'
import { type KubernetesObject, objectId } from '../../core/kubernetes/object.ts'
import { names } from '../../core/kubernetes/workload.ts'
import type { ManifestDocument } from '../../core/manifest.ts'
import type { ApplyDeps } from './deps.ts'

/** Every object that the manifests of this action contain in one topology and not in the other. */
const candidates: KubernetesObject[] = [
  { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: names.statefulSet } },
  { apiVersion: 'v1', kind: 'Service', metadata: { name: 'redis' } },
  { apiVersion: 'v1', kind: 'Service', metadata: { name: 'redis-headless' } },
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'redis-config' } },
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'redis' } }
]

/**
 * The namespaced kinds that manifests may contain, each listed by one request. Secrets are excluded, because listing
 * them reveals their values, and pods, because those of this action belong to a run that probes the cache.
 */
const kinds = {
  v1: ['ConfigMap', 'LimitRange', 'PersistentVolumeClaim', 'ResourceQuota', 'Service', 'ServiceAccount'],
  'apps/v1': ['DaemonSet', 'Deployment', 'StatefulSet'],
  'batch/v1': ['CronJob', 'Job'],
  'networking.k8s.io/v1': ['Ingress', 'NetworkPolicy'],
  'policy/v1': ['PodDisruptionBudget'],
  'rbac.authorization.k8s.io/v1': ['Role', 'RoleBinding'],
  'external-secrets.io/v1': ['ExternalSecret'],
  'monitoring.coreos.com/v1': ['PodMonitor', 'PrometheusRule']
}

interface LeftoverDeps {
  cluster: {
    read(wanted: KubernetesObject, namespace: string): Promise<KubernetesObject | undefined>
    list(wanted: KubernetesObject, namespace: string): Promise<KubernetesObject[]>
  }
  toFailure: ApplyDeps['toFailure']
  /** Whether an error only means that the cluster does not serve the kind. */
  isUnknownKind(error: unknown): boolean
}

/**
 * The objects of an earlier deployment that still exist and are no longer rendered, such as those of a self-hosted
 * Redis after the change to a managed one. They are reported and never deleted: they may hold data.
 * @param everywhere lists whole kinds, as far as permitted; otherwise only the names in our own manifests are read
 * @throws Failure
 */
export async function findLeftovers(
  documents: readonly ManifestDocument[],
  namespace: string,
  everywhere: boolean,
  deps: LeftoverDeps
): Promise<KubernetesObject[]> {
  const rendered = new Set(documents.map(({ object }) => objectId(object)))
  const known = candidates.filter((object) => !rendered.has(objectId(object)))
  const listed = everywhere ? await listKinds(namespace, deps) : new Map<string, KubernetesObject[]>()
  const read = await Promise.all(
    known.filter(({ kind }) => !listed.has(kind)).map((each) => readOne(each, namespace, deps))
  )
  return [...[...listed.values()].flat(), ...read.flatMap((object) => object ?? [])]
    .filter((object) => isWrittenByUs(object) && !rendered.has(objectId(object)))
    .sort((a, b) => (objectId(a) < objectId(b) ? -1 : 1))
}

/** The objects by kind, without the kinds that must not be listed. */
async function listKinds(namespace: string, { cluster, toFailure, isUnknownKind }: LeftoverDeps) {
  const found = new Map<string, KubernetesObject[]>()
  const wanted = Object.entries(kinds).flatMap(([apiVersion, some]) => some.map((kind) => ({ apiVersion, kind })))
  await Promise.all(
    wanted.map(async ({ apiVersion, kind }) => {
      try {
        found.set(kind, await cluster.list({ apiVersion, kind, metadata: { name: '' } }, namespace))
      } catch (error) {
        const failure = toFailure(error, { verb: 'list', object: kind, namespace })
        if (failure.code !== 'forbidden' && !isUnknownKind(error)) throw failure
      }
    })
  )
  return found
}

async function readOne(object: KubernetesObject, namespace: string, { cluster, toFailure }: LeftoverDeps) {
  try {
    return await cluster.read(object, namespace)
  } catch (error) {
    throw toFailure(error, { verb: 'look for', object: objectId(object), namespace })
  }
}
