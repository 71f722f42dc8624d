import { fieldOf, isItem, type Path, startsWith } from './path.ts'

/** Maps from names to texts, in which an empty text says something. */
const textMaps = ['labels', 'annotations', 'matchLabels', 'nodeSelector', 'data', 'binaryData']

/** Fields whose zero is not what the server makes of a field that is not there. */
const meaningfulZeros = [
  'allowPrivilegeEscalation',
  'automountServiceAccountToken',
  'defaultMode',
  'enableServiceLinks',
  'fsGroup',
  'hostUsers',
  'maxUnavailable',
  'minAvailable',
  'mode',
  'replicas',
  'runAsGroup',
  'runAsNonRoot',
  'runAsUser',
  'storageClassName',
  'terminationGracePeriodSeconds',
  'tolerationSeconds',
  'ttlSecondsAfterFinished'
]

/** Objects that say something by being there: a kind of volume, and selectors that take everything. */
const meaningfulEmpties = ['emptyDir', 'labelSelector', 'namespaceSelector', 'podSelector']

/** Fields for which the server takes a zero as a request for a value of its own. */
const filledIn = [
  'clusterIP',
  'failureThreshold',
  'healthCheckNodePort',
  'nodePort',
  'periodSeconds',
  'successThreshold',
  'timeoutSeconds'
]

/**
 * Whether a value says no more than a field that is not there. The server drops what is empty where its types let it:
 * empty lists and maps, false, 0 and empty texts.
 */
export function saysNothing(value: unknown, path: Path): boolean {
  if (value === null || value === undefined) return true
  const [field, parent] = [fieldOf(path), fieldOf(path.slice(0, -1))]
  if (isItem(path)) return false
  if (Array.isArray(value)) return value.length === 0
  if (typeof value === 'object') return Object.keys(value).length === 0 && !meaningfulEmpties.includes(field)
  const isZero = value === '' || value === 0 || value === false
  return isZero && !textMaps.includes(parent) && !isSelector(path.slice(0, -1)) && !meaningfulZeros.includes(field)
}

/** Whether the server has chosen what the manifest left to it. */
export function leftToServer(rendered: unknown, path: Path): boolean {
  return (rendered === '' || rendered === 0) && !isItem(path) && filledIn.includes(fieldOf(path))
}

/** What no server fills in, in a pod template: where it is not rendered, it must not be there. */
const podFields = [
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
const alienIn: Record<string, readonly string[]> = {
  // Which of its keys a volume shows.
  configMap: ['items'],
  secret: ['items'],
  securityContext: ['privileged'],
  capabilities: ['add']
}

/**
 * Whether a field that only the live object has was set by somebody. All other such fields may be defaults of the server
 * or the work of controllers.
 */
export function isAlien(kind: string, path: Path, field: string): boolean {
  // Admission completes a pod in many ways; of templates it knows nothing.
  if (kind === 'Pod') return false
  if (kind === 'NetworkPolicy' && startsWith(path, 'spec')) {
    return path.length > 1 ? field !== 'protocol' : ['ingress', 'egress'].includes(field)
  }
  if (isSelector(path)) return true
  const last = fieldOf(path)
  if (isItem(path)) {
    if (['Role', 'ClusterRole'].includes(kind)) return last === 'rules'
    if (['containers', 'initContainers'].includes(last)) return containerFields.includes(field)
    return ['env', 'volumeMounts'].includes(last)
  }
  if (last === 'spec') {
    if (path.at(-2) === 'template') return podFields.includes(field)
    return kind === 'Service' && field === 'externalIPs'
  }
  return Object.hasOwn(alienIn, last) && (alienIn[last]?.includes(field) ?? false)
}

/** Whether others may add items to a list. */
export function isOpenList(kind: string, path: Path): boolean {
  return kind === 'Pod' || kind === 'ServiceAccount' || startsWith(path, 'metadata')
}

/** A selector is one thing: another label in it selects something else. */
function isSelector(path: Path): boolean {
  return !isItem(path) && /[sS]elector$|^match(Labels|Expressions)$/.test(fieldOf(path))
}
