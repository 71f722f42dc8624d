export interface Resource {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly singular: string
  readonly kind: string
  readonly namespaced: boolean
  readonly shortNames?: readonly string[]
}

const core = { group: '', version: 'v1', namespaced: true }

export const RESOURCES: readonly Resource[] = [
  { ...core, plural: 'configmaps', singular: 'configmap', kind: 'ConfigMap', shortNames: ['cm'] },
  { ...core, plural: 'events', singular: 'event', kind: 'Event', shortNames: ['ev'] },
  { ...core, plural: 'namespaces', singular: 'namespace', kind: 'Namespace', shortNames: ['ns'], namespaced: false },
  {
    ...core,
    plural: 'persistentvolumeclaims',
    singular: 'persistentvolumeclaim',
    kind: 'PersistentVolumeClaim',
    shortNames: ['pvc']
  },
  { ...core, plural: 'pods', singular: 'pod', kind: 'Pod', shortNames: ['po'] },
  { ...core, plural: 'resourcequotas', singular: 'resourcequota', kind: 'ResourceQuota', shortNames: ['quota'] },
  { ...core, plural: 'secrets', singular: 'secret', kind: 'Secret' },
  { ...core, plural: 'serviceaccounts', singular: 'serviceaccount', kind: 'ServiceAccount', shortNames: ['sa'] },
  { ...core, plural: 'services', singular: 'service', kind: 'Service', shortNames: ['svc'] },
  {
    group: 'apiextensions.k8s.io',
    version: 'v1',
    plural: 'customresourcedefinitions',
    singular: 'customresourcedefinition',
    kind: 'CustomResourceDefinition',
    namespaced: false,
    shortNames: ['crd']
  },
  {
    group: 'apps',
    version: 'v1',
    plural: 'statefulsets',
    singular: 'statefulset',
    kind: 'StatefulSet',
    namespaced: true,
    shortNames: ['sts']
  },
  {
    group: 'discovery.k8s.io',
    version: 'v1',
    plural: 'endpointslices',
    singular: 'endpointslice',
    kind: 'EndpointSlice',
    namespaced: true
  },
  {
    group: 'networking.k8s.io',
    version: 'v1',
    plural: 'networkpolicies',
    singular: 'networkpolicy',
    kind: 'NetworkPolicy',
    namespaced: true,
    shortNames: ['netpol']
  }
]

const externalSecrets = { group: 'external-secrets.io', version: 'v1', namespaced: true }

/** The additional kinds of the External Secrets Operator. */
export const EXTERNAL_SECRETS: readonly Resource[] = [
  {
    ...externalSecrets,
    plural: 'externalsecrets',
    singular: 'externalsecret',
    kind: 'ExternalSecret',
    shortNames: ['es']
  },
  { ...externalSecrets, plural: 'secretstores', singular: 'secretstore', kind: 'SecretStore', shortNames: ['ss'] },
  {
    ...externalSecrets,
    plural: 'clustersecretstores',
    singular: 'clustersecretstore',
    kind: 'ClusterSecretStore',
    shortNames: ['css'],
    namespaced: false
  }
]

export function apiVersionOf(resource: Resource): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`
}

/** The resource of a kind; the kinds here are distinct across groups. */
export function resourceOf(kind: string): Resource {
  const found = [...RESOURCES, ...EXTERNAL_SECRETS].find((resource) => resource.kind === kind)
  if (found === undefined) throw new Error(`this API has no kind ${kind}`)
  return found
}
