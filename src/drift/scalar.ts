import { fieldOf, type Path } from '../field-path.ts'
import { sameDuration, sameQuantity } from '../units.ts'

/** Maps whose values are quantities, and fields that are one. */
const quantityMaps = ['limits', 'requests', 'hard', 'capacity', 'default', 'defaultRequest', 'max', 'min']
const quantities = ['sizeLimit', 'divisor', 'averageValue']

/**
 * Whether two values of a field mean the same. The server writes a quantity in its canonical form, and a controller that
 * writes its object back does that with durations.
 */
export function sameScalar(rendered: unknown, live: unknown, path: Path): boolean {
  if (rendered === live) return true
  if (!isText(rendered) || !isText(live)) return false
  const [wanted, found] = [String(rendered), String(live)]
  if (wanted === found) return true
  if (isQuantity(path)) return sameQuantity(wanted, found)
  return /(interval|duration|timeout|period|ttl)$/i.test(fieldOf(path)) && sameDuration(wanted, found)
}

/** A port, a quantity and the like come as a number or as its text. */
function isText(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}

function isQuantity(path: Path): boolean {
  const parent = path.at(-2)
  return quantities.includes(fieldOf(path)) || (typeof parent === 'string' && quantityMaps.includes(parent))
}
