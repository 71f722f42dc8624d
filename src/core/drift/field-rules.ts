import { fieldOf, isItem, type Path, startsWith } from '../kubernetes/field-path.ts'
import { sameDuration, sameQuantity } from '../units.ts'

/** Maps from names to texts, in which an empty text is significant. */
const textMaps = ['labels', 'annotations', 'matchLabels', 'nodeSelector', 'data', 'binaryData']

/** Fields whose zero value differs from an absent field. */
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

/** Objects that are significant by their presence: a volume type, and selectors that match everything. */
const meaningfulEmpties = ['emptyDir', 'labelSelector', 'namespaceSelector', 'podSelector']

/** Fields for which the server replaces a zero by a value of its own. */
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
 * Whether a value is equivalent to an absent field. The server drops empty values where its types allow it: empty lists
 * and maps, false, 0 and empty texts.
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

/** Whether the server has chosen a value that the manifest left open. */
export function leftToServer(rendered: unknown, path: Path): boolean {
  return (rendered === '' || rendered === 0) && !isItem(path) && filledIn.includes(fieldOf(path))
}

/** Whether others may add items to a list. */
export function isOpenList(kind: string, path: Path): boolean {
  return kind === 'Pod' || kind === 'ServiceAccount' || startsWith(path, 'metadata')
}

/** A selector is one unit: an additional label selects something else. */
export function isSelector(path: Path): boolean {
  return !isItem(path) && /[sS]elector$|^match(Labels|Expressions)$/.test(fieldOf(path))
}

/** Maps whose values are quantities, and fields that are quantities. */
const quantityMaps = ['limits', 'requests', 'hard', 'capacity', 'default', 'defaultRequest', 'max', 'min']
const quantities = ['sizeLimit', 'divisor', 'averageValue']

/**
 * Whether two values of a field are equivalent. The server writes a quantity in its canonical form, and a controller
 * that rewrites its object does so with durations.
 */
export function sameScalar(rendered: unknown, live: unknown, path: Path): boolean {
  if (rendered === live) return true
  if (!isText(rendered) || !isText(live)) return false
  const [wanted, found] = [String(rendered), String(live)]
  if (wanted === found) return true
  if (isQuantity(path)) return sameQuantity(wanted, found)
  return /(interval|duration|timeout|period|ttl)$/i.test(fieldOf(path)) && sameDuration(wanted, found)
}

/** A port, a quantity and the like may be a number or its text. */
function isText(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}

function isQuantity(path: Path): boolean {
  const parent = path.at(-2)
  return quantities.includes(fieldOf(path)) || (typeof parent === 'string' && quantityMaps.includes(parent))
}
