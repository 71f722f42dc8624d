/** How a kind is addressed. */
export interface Resource {
  plural: string
  namespaced: boolean
}

/** The kinds that every supported cluster serves, so that nothing has to be asked before the first object is sent. */
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

/** The resource of a kind that is the same in every cluster; undefined for all others, which the cluster must tell. */
export function builtInResource(apiVersion: string, kind: string): Resource | undefined {
  // Both are texts of a manifest: `constructor` is no kind.
  const kinds = Object.hasOwn(builtIn, apiVersion) ? (builtIn[apiVersion] ?? {}) : {}
  const plural = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined
  return plural === undefined ? undefined : { plural, namespaced: !clusterScoped.includes(kind) }
}
