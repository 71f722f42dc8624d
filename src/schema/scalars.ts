import { isQuantity } from '../units.ts'
import type { Scalar } from './schema.ts'

/** What must stand in a field, in words, and whether a value is that. */
export const scalars: Record<Scalar, { words: string; fits(value: unknown): boolean }> = {
  string: { words: 'a text', fits: isText },
  integer: { words: 'an integer', fits: Number.isInteger },
  boolean: { words: 'true or false', fits: (value) => typeof value === 'boolean' },
  quantity: { words: 'a quantity such as 512Mi or 250m', fits: isAmount },
  'int-or-string': { words: 'an integer or a text', fits: (value) => isText(value) || Number.isInteger(value) },
  bytes: { words: 'base64', fits: isBase64 }
}

/** A value in a word, and never itself: it may be secret. */
export function wordFor(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (isText(value)) return 'another text'
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : 'a fraction'
  return typeof value === 'boolean' ? 'true or false' : 'a map'
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

/** YAML takes a quantity without a suffix for a number. */
function isAmount(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && isQuantity(value))
}

/** The standard alphabet with its padding; the decoder of Go skips ends of lines. */
function isBase64(value: unknown): boolean {
  if (typeof value !== 'string') return false
  const text = value.replace(/[\r\n]/g, '')
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)
}
