import { at, type KubernetesObject, listAt, textAt } from '../../core/kubernetes/object.ts'
import type { ApiClient } from './client.ts'
import { isStatus } from './errors.ts'

interface Resource {
  plural: string
  namespaced: boolean
}

/** The kinds that every supported cluster serves, so that the first object needs no discovery. */
const builtIn: Record<string, Record<string, string>> = {
  v1: {
    ConfigMap: 'configmaps',
    LimitRange: 'limitranges',
    Namespace: 'namespaces',
    PersistentVolumeClaim: 'persistentvolumeclaims',
    Pod: 'pods',
    ResourceQuota: 'resourcequotas',
    Secret: 'secrets',
    Service: 'services',
    ServiceAccount: 'serviceaccounts'
  },
  'apps/v1': { DaemonSet: 'daemonsets', Deployment: 'deployments', StatefulSet: 'statefulsets' },
  'batch/v1': { CronJob: 'cronjobs', Job: 'jobs' },
  'networking.k8s.io/v1': { Ingress: 'ingresses', NetworkPolicy: 'networkpolicies' },
  'policy/v1': { PodDisruptionBudget: 'poddisruptionbudgets' },
  'rbac.authorization.k8s.io/v1': {
    ClusterRole: 'clusterroles',
    ClusterRoleBinding: 'clusterrolebindings',
    Role: 'roles',
    RoleBinding: 'rolebindings'
  },
  'storage.k8s.io/v1': { StorageClass: 'storageclasses' }
}

const clusterScoped = ['ClusterRole', 'ClusterRoleBinding', 'Namespace', 'StorageClass']

/** The groups of Kubernetes itself with a dot in their name; a group without a dot is always its own. */
const ownGroups = [
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
  'storagemigration.k8s.io'
]

/** Whether a kind belongs to Kubernetes itself, so that it cannot be installed where a cluster does not serve it. */
export function isOwnKind(apiVersion: string): boolean {
  const [group = ''] = apiVersion.split('/')
  return !group.includes('.') || ownGroups.includes(group)
}

/** The resource of a kind that is the same in every cluster; undefined for all others, which need discovery. */
export function builtInResource(apiVersion: string, kind: string): Resource | undefined {
  // Both are texts of a manifest: `constructor` is not a kind.
  const kinds = Object.hasOwn(builtIn, apiVersion) ? (builtIn[apiVersion] ?? {}) : {}
  const plural = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined
  return plural === undefined ? undefined : { plural, namespaced: !clusterScoped.includes(kind) }
}

/** The API resources of kinds; those not present in every cluster are discovered once for each group. */
export class ObjectPaths {
  readonly #client: ApiClient
  readonly #resources = new Map<string, Promise<unknown[]>>()

  constructor(client: ApiClient) {
    this.#client = client
  }

  /** @throws UnknownKind */
  async of({ apiVersion, kind, metadata: { name } }: KubernetesObject, namespace: string): Promise<string> {
    const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
    const { plural, namespaced } = builtInResource(apiVersion, kind) ?? (await this.#resource(base, apiVersion, kind))
    const place = namespaced ? `/namespaces/${encodeURIComponent(namespace)}` : ''
    return `${base}${place}/${plural}/${encodeURIComponent(name)}`
  }

  async #resource(base: string, apiVersion: string, kind: string): Promise<Resource> {
    let resources = this.#resources.get(base)
    if (resources === undefined) {
      resources = this.#client.request({ method: 'GET', path: base }).then(({ body }) => listAt(body, 'resources'))
      this.#resources.set(base, resources)
    }
    const list = await resources.catch((error: unknown) => {
      if (isStatus(error, 404)) return []
      throw error
    })
    const found = list.find((each) => at(each, 'kind') === kind && textAt(each, 'name')?.includes('/') === false)
    if (found === undefined) {
      // The run may define the kind itself, and look again.
      this.#resources.delete(base)
      throw new UnknownKind(`the cluster has no kind ${kind} in ${apiVersion}`)
    }
    return { plural: textAt(found, 'name') ?? '', namespaced: at(found, 'namespaced') === true }
  }
}

/** The cluster does not serve a kind: a custom resource without its definition, or a typing error. */
export class UnknownKind extends Error {
  override readonly name = 'UnknownKind'
}
