import { isDeepStrictEqual } from 'node:util'
import { at } from './object.ts'

/** A step into an object: a field, an item by its position, or an item by the fields that identify it. */
export type PathStep = string | number | Readonly<Record<string, unknown>>

export type Path = readonly PathStep[]

/** The path in the notation of the API server: `.spec.template.spec.containers[name="redis"].image`. */
export function pathText(path: Path): string {
  return path.map(stepText).join('')
}

/** The name of the field that a path leads to; for an item of a list, that of the list. */
export function fieldOf(path: Path): string {
  return path.findLast((step) => typeof step === 'string') ?? ''
}

/** Whether a path leads to an item of a list. */
export function isItem(path: Path): boolean {
  return path.length > 0 && typeof path.at(-1) !== 'string'
}

/** Whether the path starts with these fields. */
export function startsWith(path: Path, ...fields: string[]): boolean {
  return isDeepStrictEqual(path.slice(0, fields.length), fields)
}

function stepText(step: PathStep): string {
  if (typeof step === 'string') return `.${step}`
  if (typeof step === 'number') return `[${step}]`
  const pairs = Object.entries(step).map(([key, value]) => `${key}=${JSON.stringify(value)}`)
  return `[${pairs.join(',')}]`
}

const quoted = String.raw`"(?:\\.|[^"\\])*"`
const scalar = String.raw`(?:${quoted}|[^",\]]+)`
/** `[name="a",port=1]`, the keys of an item; `[="a"]`, an item of a set. */
const selector = new RegExp(String.raw`^\[(\w*=${scalar}(?:,\w+=${scalar})*)\]`)
const pair = new RegExp(String.raw`(\w*)=(${scalar})`, 'g')

/**
 * Follows a path as the server reports it in a conflict, such as `.spec.ports[port=1,protocol="TCP"].name`. A key may
 * contain dots and brackets, as in `.metadata.annotations.example.com/a`, so every key that matches is tried.
 * @returns undefined if the path leads nowhere
 */
export function findField(value: unknown, path: string): { value: unknown } | undefined {
  if (path === '') return { value }
  if (path.startsWith('[')) return findItem(value, path)
  if (!path.startsWith('.') || typeof value !== 'object' || value === null) return undefined
  for (const key of Object.keys(value)) {
    const rest = path.slice(key.length + 1)
    if (!path.startsWith(key, 1) || !/^(?:[.[]|$)/.test(rest)) continue
    const found = findField(at(value, key), rest)
    if (found !== undefined) return found
  }
  return undefined
}

function findItem(list: unknown, path: string): { value: unknown } | undefined {
  const [whole, pairs] = selector.exec(path) ?? []
  if (whole === undefined || pairs === undefined || !Array.isArray(list)) return undefined
  const wanted = [...pairs.matchAll(pair)]
  const fits = (item: unknown) => wanted.every(([, key, text]) => JSON.stringify(key ? at(item, key) : item) === text)
  const index = list.findIndex(fits)
  return index < 0 ? undefined : findField(list[index], path.slice(whole.length))
}

/** Maps whose keys may contain dots. */
const openMap = /^(.*?\.(?:annotations|labels|matchLabels|nodeSelector))\.(.+)$/s
const openData = /^(\.?(?:data|binaryData))\.(.+)$/s
const step = new RegExp(String.raw`\[((?:${quoted}|[^\]"])*)\]?|\.?([^.[]+)`, 'g')

/**
 * Splits a path written by the server or by `pathText`, without the object: only for a few maps is it known whether
 * dots belong to a key. Where the object is available, `findField` is exact.
 */
export function parsePath(kind: string, path: string): PathStep[] {
  const [, front = path, rest] = (kind === 'ConfigMap' ? openData.exec(path) : null) ?? openMap.exec(path) ?? []
  const steps = [...front.matchAll(step)].map(([, keys, name = '']) => (keys === undefined ? name : itemStep(keys)))
  return rest === undefined ? steps : [...steps, rest]
}

function itemStep(keys: string): PathStep {
  const pairs = [...keys.matchAll(pair)]
  if (pairs.length > 0) return Object.fromEntries(pairs.map(([, key = '', text = '']) => [key, unquoted(text)]))
  return /^\d+$/.test(keys) ? Number(keys) : keys
}

function unquoted(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
