import { isMap, type KubernetesObject } from '../kubernetes/object.ts'
import { isQuantity } from '../units.ts'
import { fieldType, isRequired, type Scalar, type Schema, versionOf } from './schema.ts'

/**
 * The problems of the fields of an object, one sentence each, in field order: fields that the kind does not have,
 * values of the wrong type, missing fields. Values are never shown: they may be secret.
 * @param type the name of the kind's type in the schema
 */
export function fieldProblems(object: KubernetesObject, type: string, schema: Schema): Generator<string> {
  return valueProblems(object, type, '', schema)
}

function* valueProblems(value: unknown, written: string, path: string, schema: Schema): Generator<string> {
  // Kubernetes treats a null field as absent.
  if (value === null || value === undefined) return
  const type = fieldType(written, schema)
  switch (type.type) {
    case 'any':
      return
    case 'scalar':
      if (!scalars[type.scalar].fits(value)) yield mismatch(value, scalars[type.scalar].words, path)
      return
    case 'one-of':
      if (typeof value !== 'string') yield mismatch(value, scalars.string.words, path)
      // An empty text selects the default.
      else if (value !== '' && !type.allowed.includes(value)) yield `${path} must be one of ${listed(type.allowed)}`
      return
    case 'list':
    case 'map': {
      const items = itemsOf(value, type.type)
      if (items === undefined) yield mismatch(value, `a ${type.type}`, path)
      else for (const [step, item] of items) yield* valueProblems(item, type.of, `${path}${step}`, schema)
      return
    }
    case 'fields':
      if (!isMap(value)) yield mismatch(value, 'a map', path)
      else yield* mapProblems(value, type.fields, path, schema)
  }
}

function* mapProblems(
  value: Record<string, unknown>,
  fields: Record<string, string>,
  path: string,
  schema: Schema
): Generator<string> {
  for (const [key, child] of Object.entries(value)) {
    const type = Object.hasOwn(fields, key) ? fields[key] : undefined
    if (type !== undefined) yield* valueProblems(child, type, `${path}.${key}`, schema)
    else yield unknownField(key, Object.keys(fields), path, schema)
  }
  for (const [key, type] of Object.entries(fields)) {
    if (isRequired(type) && (value[key] ?? null) === null) yield `${path}.${key} is missing`
  }
}

function unknownField(key: string, fields: readonly string[], path: string, schema: Schema): string {
  const meant = nearest(key, fields)
  const suggestion = meant === undefined ? '' : `; ${meant} was probably meant`
  return `${path}.${key} is not a field of Kubernetes ${versionOf(schema)}${suggestion}`
}

function mismatch(value: unknown, wanted: string, path: string): string {
  const isQuotable = wanted === scalars.string.words && (typeof value === 'number' || typeof value === 'boolean')
  return `${path} must be ${wanted}, but is ${wordFor(value)}${isQuotable ? ': put it in quotes' : ''}`
}

/** Some lists are longer than anyone reads. */
function listed(texts: readonly string[]): string {
  const named = texts.filter((text) => text !== '')
  return named.length > 12 ? `${named.slice(0, 12).join(', ')} and others` : named.join(', ')
}

/** Each with its path step; undefined for a value that is not such a list or map. */
function itemsOf(value: unknown, type: 'list' | 'map'): [step: string, item: unknown][] | undefined {
  if (type === 'list') {
    return Array.isArray(value) ? value.map((item: unknown, index) => [`[${index}]`, item]) : undefined
  }
  return isMap(value) ? Object.entries(value).map(([key, item]) => [`.${key}`, item]) : undefined
}

/** The expected content of a field, in words, and whether a value matches it. */
const scalars: Record<Scalar, { words: string; fits(value: unknown): boolean }> = {
  string: { words: 'a text', fits: isText },
  integer: { words: 'an integer', fits: Number.isInteger },
  boolean: { words: 'true or false', fits: (value) => typeof value === 'boolean' },
  quantity: { words: 'a quantity such as 512Mi or 250m', fits: isAmount },
  'int-or-string': { words: 'an integer or a string', fits: (value) => isText(value) || Number.isInteger(value) },
  bytes: { words: 'base64', fits: isBase64 }
}

/** The type of a value in a word, never the value itself: it may be secret. */
function wordFor(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (isText(value)) return 'another text'
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : 'a fraction'
  return typeof value === 'boolean' ? 'true or false' : 'a map'
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

/** YAML parses a quantity without a suffix as a number. */
function isAmount(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && isQuantity(value))
}

/** The standard alphabet with its padding; the decoder of Go skips ends of lines. */
function isBase64(value: unknown): boolean {
  if (typeof value !== 'string') return false
  const text = value.replace(/[\r\n]/g, '')
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)
}

const longest = 60

/** The name that was probably meant: the one with the smallest edit distance, if that is small for its length. */
export function nearest(wrong: string, names: readonly string[]): string | undefined {
  if (wrong.length > longest) return undefined
  const [best] = names
    .map((name) => ({ name, mistakes: mistakes(wrong.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, mistakes }) => mistakes <= Math.max(1, Math.floor(name.length / 4)))
    .sort((one, other) => one.mistakes - other.mistakes)
  return best?.name
}

/** Letters to insert, delete or replace, and pairs of neighbours to swap (optimal string alignment). */
function mistakes(one: string, other: string): number {
  let [beforeLast, last]: number[][] = [[], Array.from({ length: other.length + 1 }, (_, column) => column)]
  for (let row = 1; row <= one.length; row++) {
    const current = [row]
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1]
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      current[column] = Math.min(
        (current[column - 1] ?? 0) + 1,
        (last?.[column] ?? 0) + 1,
        (last?.[column - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped ? (beforeLast?.[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY
      )
    }
    ;[beforeLast, last] = [last, current]
  }
  return last?.[other.length] ?? 0
}
