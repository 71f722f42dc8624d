import { isObject, type Json, type JsonObject, listAt, objectAt, textAt } from '../json.ts'
import type { KubernetesObject } from '../object.ts'
import { podSpecDefaults } from './pod-defaults.ts'

/** Fills in defaults like the API server: those relevant for the clients here, not all. */
export function withDefaults(object: KubernetesObject): KubernetesObject {
  const { metadata, ...rest } = object
  const filled: KubernetesObject = { ...rest, kind: object.kind, apiVersion: object.apiVersion, metadata }
  const spec = objectAt(object, 'spec')
  switch (object.kind) {
    case 'Secret':
      foldStringData(filled)
      break
    case 'StatefulSet':
      filled['spec'] = statefulSetSpec(spec)
      break
    case 'Pod':
      filled['spec'] = podSpecDefaults(spec)
      break
    case 'Service':
      filled['spec'] = serviceSpec(spec)
      filled['status'] = { loadBalancer: {}, ...objectAt(object, 'status') }
      break
    case 'NetworkPolicy':
      filled['spec'] = networkPolicySpec(spec)
      break
    case 'Namespace':
      metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name }
      filled['spec'] = { finalizers: ['kubernetes'], ...spec }
      filled['status'] = { phase: 'Active', ...objectAt(object, 'status') }
      break
    case 'ExternalSecret':
      filled['spec'] = externalSecretSpec(spec)
      break
    case 'PersistentVolumeClaim':
      filled['spec'] = { volumeMode: 'Filesystem', ...spec }
      filled['status'] = { phase: 'Pending', ...objectAt(object, 'status') }
      break
  }
  for (const field of ['data', 'binaryData']) if (isEmpty(filled[field])) delete filled[field]
  for (const field of ['labels', 'annotations', 'finalizers', 'ownerReferences']) {
    if (isEmpty(metadata[field])) delete metadata[field]
  }
  return filled
}

/** A new object without what the API server allocates after it has recorded field owners, unless its writer set it. */
export function withoutAllocated(object: KubernetesObject, written: KubernetesObject): KubernetesObject {
  if (object.kind !== 'Service') return object
  const named = objectAt(written, 'spec')
  const isOwn = ([field]: [string, unknown]) => named[field] !== undefined || !ALLOCATED.includes(field)
  return { ...object, spec: Object.fromEntries(Object.entries(objectAt(object, 'spec')).filter(isOwn)) }
}

const ALLOCATED = ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']

function isEmpty(value: Json | undefined): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0)
}

function foldStringData(secret: KubernetesObject): void {
  const texts = Object.entries(objectAt(secret, 'stringData')).map(([key, text]): [string, Json] => [
    key,
    Buffer.from(String(text)).toString('base64')
  ])
  delete secret['stringData']
  secret['data'] = { ...objectAt(secret, 'data'), ...Object.fromEntries(texts) }
  secret['type'] ??= 'Opaque'
}

function statefulSetSpec(spec: JsonObject): JsonObject {
  const template = objectAt(spec, 'template')
  const claims = listAt(spec, 'volumeClaimTemplates').map((claim) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    ...(isObject(claim) ? claim : {}),
    spec: { volumeMode: 'Filesystem', ...objectAt(claim, 'spec') },
    status: { phase: 'Pending' }
  }))
  return {
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    podManagementPolicy: 'OrderedReady',
    replicas: 1,
    revisionHistoryLimit: 10,
    updateStrategy: { rollingUpdate: { partition: 0 }, type: 'RollingUpdate' },
    ...spec,
    template: { ...template, spec: podSpecDefaults(objectAt(template, 'spec')) },
    ...(claims.length === 0 ? {} : { volumeClaimTemplates: claims })
  }
}

let serviceCount = 0

function clusterIP(): string {
  serviceCount += 1
  return `10.96.${(serviceCount >> 8) & 255}.${serviceCount & 255}`
}

function serviceSpec(spec: JsonObject): JsonObject {
  const address = textAt(spec, 'clusterIP') || clusterIP()
  const ports = listAt(spec, 'ports').map((port) => ({
    protocol: 'TCP',
    targetPort: objectAt(port)['port'],
    ...objectAt(port)
  }))
  return {
    internalTrafficPolicy: 'Cluster',
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    sessionAffinity: 'None',
    type: 'ClusterIP',
    clusterIP: address,
    ...spec,
    clusterIPs: [address],
    ...(ports.length === 0 ? {} : { ports })
  }
}

/** The defaults of the custom resource definition. */
function externalSecretSpec(spec: JsonObject): JsonObject {
  const fetching = { conversionStrategy: 'Default', decodingStrategy: 'None', metadataPolicy: 'None' }
  const data = listAt(spec, 'data').map((item) => ({
    ...objectAt(item),
    remoteRef: { ...fetching, ...objectAt(item, 'remoteRef') }
  }))
  const dataFrom = listAt(spec, 'dataFrom').map((item) => {
    const extract = objectAt(item)['extract']
    return { ...objectAt(item), ...(isObject(extract) && { extract: { ...fetching, ...extract } }) }
  })
  return {
    refreshInterval: '1h',
    ...spec,
    target: { creationPolicy: 'Owner', deletionPolicy: 'Retain', ...objectAt(spec, 'target') },
    ...(data.length > 0 && { data }),
    ...(dataFrom.length > 0 && { dataFrom })
  }
}

function networkPolicySpec(spec: JsonObject): JsonObject {
  const withProtocol = (rule: Json): Json => {
    const ports = listAt(rule, 'ports').map((port) => ({ protocol: 'TCP', ...objectAt(port) }))
    return { ...objectAt(rule), ...(ports.length === 0 ? {} : { ports }) }
  }
  const ingress = listAt(spec, 'ingress').map(withProtocol)
  const egress = listAt(spec, 'egress').map(withProtocol)
  return {
    policyTypes: ['Ingress', ...(spec['egress'] === undefined ? [] : ['Egress'])],
    ...spec,
    ...(ingress.length === 0 ? {} : { ingress }),
    ...(egress.length === 0 ? {} : { egress })
  }
}
