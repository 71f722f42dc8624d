import { fieldOf, type Path } from './path.ts'
import { sameQuantity } from './quantity.ts'

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
  if (!/(interval|duration|timeout|period|ttl)$/i.test(fieldOf(path))) return false
  const seconds = durationSeconds(wanted)
  return seconds !== undefined && seconds === durationSeconds(found)
}

/** A port, a quantity and the like come as a number or as its text. */
function isText(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}

function isQuantity(path: Path): boolean {
  const parent = path.at(-2)
  return quantities.includes(fieldOf(path)) || (typeof parent === 'string' && quantityMaps.includes(parent))
}

const unitSeconds: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 1e-3, us: 1e-6, µs: 1e-6, ns: 1e-9 }

/** Seconds of a duration as Go writes it: `1h`, `1h0m0s`, `1.5s`; undefined if it is none. */
function durationSeconds(text: string): number | undefined {
  if (text === '0') return 0
  if (!/^(\d+(\.\d*)?(h|m|s|ms|us|µs|ns))+$/.test(text)) return undefined
  const parts = text.matchAll(/(\d+(?:\.\d*)?)(h|ms|m|s|us|µs|ns)/g)
  return [...parts].reduce((sum, [, number, unit = '']) => sum + Number(number) * (unitSeconds[unit] ?? 0), 0)
}
