import { parsePath } from '../kubernetes/field-path.ts'
import { sanitizeLine } from '../sanitize.ts'
import { holdsCredential, type ValuePlace } from './secret-values.ts'

const longest = 120
/** Longer than the path of any field worth reporting. */
const longestField = 2_000

/**
 * Two values of a field for display, `undefined` for an absent one: cut to where they begin to differ.
 * @param field its path in the notation of the API server
 * @returns undefined if it is in a Secret, or if one of the values is confidential there or looks random
 */
export function shownValues(kind: string, field: string, values: [unknown, unknown]): [string, string] | undefined {
  if (kind === 'Secret' || field.length > longestField) return undefined
  const place = placeOf(kind, field)
  if (values.some((value) => holdsCredential(value, place))) return undefined
  const [first, second] = values.map((value) => (value === undefined ? 'nothing' : JSON.stringify(value)))
  if (first === undefined || second === undefined || [first, second].some(isRandom)) return undefined
  if (first.length <= longest && second.length <= longest) return [sanitizeLine(first), sanitizeLine(second)]
  let same = 0
  while (same < first.length && first[same] === second[same]) same++
  const from = Math.max(0, same - longest / 3)
  const part = (text: string) => sanitizeLine(`${from > 0 ? '…' : ''}${text.slice(from)}`, longest)
  return [part(first), part(second)]
}

/** An item of which only the keys are known gets position 0. */
function placeOf(kind: string, field: string): ValuePlace {
  const steps = parsePath(kind, field)
  const holder = steps.at(-2)
  return {
    kind,
    path: steps.map((step) => (typeof step === 'object' ? 0 : step)),
    parent: typeof holder === 'object' ? holder : undefined
  }
}

/** Text that may be a key although its name does not say so; the digest of an image is not. */
function isRandom(text: string): boolean {
  if (/-----BEGIN |(?<!sha256:)(?<![0-9a-z])[0-9a-f]{32,}(?![0-9a-z])/.test(text)) return true
  const words = text.match(/[\w+/=-]{24,}/g) ?? []
  return words.some((word) => /[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word))
}
