import { fieldOf, isItem, type Path, startsWith } from '../kubernetes/field-path.ts'
import { isDefault } from './defaults.ts'
import { isSelector } from './field-rules.ts'

/** Fields of a pod template without a default: unless rendered, they must be absent. */
const podFields = [
  'activeDeadlineSeconds',
  'affinity',
  'hostAliases',
  'hostIPC',
  'hostNetwork',
  'hostPID',
  'imagePullSecrets',
  'initContainers',
  'nodeName',
  'nodeSelector',
  'priorityClassName',
  'runtimeClassName',
  'tolerations',
  'topologySpreadConstraints',
  'volumes'
]

/** The same in a container. */
const containerFields = [
  'args',
  'command',
  'env',
  'envFrom',
  'lifecycle',
  'livenessProbe',
  'ports',
  'readinessProbe',
  'startupProbe',
  'volumeDevices',
  'volumeMounts',
  'workingDir'
]

/** The same in parts of a pod template, by their field. */
const templateFields: Record<string, readonly string[]> = {
  // The keys that a volume shows.
  configMap: ['items'],
  secret: ['items'],
  securityContext: ['privileged'],
  capabilities: ['add']
}

/**
 * The fields of an ExternalSecret that determine its Secret, by the enclosing field. The operator rewrites its objects,
 * so the owner of a field proves nothing; a value other than the default was set by a client.
 */
const externalSecretFields: Record<string, readonly string[]> = {
  spec: ['dataFrom', 'refreshInterval', 'refreshPolicy'],
  secretStoreRef: ['kind'],
  target: ['creationPolicy', 'deletionPolicy', 'immutable', 'manifest', 'template'],
  data: ['sourceRef'],
  remoteRef: ['conversionStrategy', 'decodingStrategy', 'metadataPolicy', 'version']
}

/**
 * Whether a field that only the live object has was set by a client, judging by its name and value. All other such
 * fields may be defaults of the server or the work of controllers.
 */
export function isExtraField(kind: string, path: Path, field: string, value: unknown): boolean {
  // Admission completes a pod in many ways.
  if (kind === 'Pod') return false
  if (kind === 'NetworkPolicy' && startsWith(path, 'spec')) {
    return path.length > 1 ? field !== 'protocol' : ['ingress', 'egress'].includes(field)
  }
  if (isSelector(path)) return true
  const last = fieldOf(path)
  if (kind === 'ExternalSecret') return isListed(externalSecretFields, last, field) && !isDefault(field, value)
  if (isItem(path)) {
    if (['Role', 'ClusterRole'].includes(kind)) return last === 'rules'
    if (['containers', 'initContainers'].includes(last)) return containerFields.includes(field)
    return ['env', 'volumeMounts'].includes(last) && !isDefault(field, value)
  }
  if (last === 'spec') {
    if (path.at(-2) === 'template') return podFields.includes(field)
    if (kind !== 'Service') return false
    // Local sends the pods of other nodes nowhere; the server writes Cluster.
    return field === 'externalIPs' || (field === 'internalTrafficPolicy' && value !== 'Cluster')
  }
  return isListed(templateFields, last, field)
}

function isListed(fields: Record<string, readonly string[]>, around: string, field: string): boolean {
  return Object.hasOwn(fields, around) && (fields[around]?.includes(field) ?? false)
}

/** The kinds with a pod template; no controller writes their spec. */
const workloads = ['DaemonSet', 'Deployment', 'StatefulSet']

/** Fields left to autoscalers if not rendered, and the old name of serviceAccountName, which the server writes. */
const openFields = ['replicas', 'serviceAccount']

/** Whether the owner of a live-only field proves that a client set it. */
export function isJudgedByOwner(kind: string, path: Path): boolean {
  if (!workloads.includes(kind) || !startsWith(path, 'spec')) return false
  return !path.includes('metadata') && !path.includes('status') && !openFields.includes(fieldOf(path))
}

/** Whether the fields of a live-only map are judged one by one. */
export function isJudgedByField(kind: string, path: Path): boolean {
  return isJudgedByOwner(kind, path) || (kind === 'ExternalSecret' && startsWith(path, 'spec'))
}
