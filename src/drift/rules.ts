import { fieldOf, isItem, type Path, startsWith } from '../field-path.ts'

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

/** Whether others may add items to a list. */
export function isOpenList(kind: string, path: Path): boolean {
  return kind === 'Pod' || kind === 'ServiceAccount' || startsWith(path, 'metadata')
}

/** A selector is one thing: another label in it selects something else. */
export function isSelector(path: Path): boolean {
  return !isItem(path) && /[sS]elector$|^match(Labels|Expressions)$/.test(fieldOf(path))
}
