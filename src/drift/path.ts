import { isDeepStrictEqual } from 'node:util'

/** A step into an object: a field, an item by its position, or an item by the fields that identify it. */
export type Step = string | number | Readonly<Record<string, unknown>>

export type Path = readonly Step[]

/** The path as the API server writes it: `.spec.template.spec.containers[name="redis"].image`. */
export function pathText(path: Path): string {
  return path.map(stepText).join('')
}

/** The field that a path leads to; for an item of a list, the field of the list. */
export function fieldOf(path: Path): string {
  return path.findLast((step) => typeof step === 'string') ?? ''
}

/** Whether a path leads to an item of a list. */
export function isItem(path: Path): boolean {
  return path.length > 0 && typeof path.at(-1) !== 'string'
}

/** Whether the path begins with these fields. */
export function startsWith(path: Path, ...fields: string[]): boolean {
  return isDeepStrictEqual(path.slice(0, fields.length), fields)
}

function stepText(step: Step): string {
  if (typeof step === 'string') return `.${step}`
  if (typeof step === 'number') return `[${step}]`
  const pairs = Object.entries(step).map(([key, value]) => `${key}=${JSON.stringify(value)}`)
  return `[${pairs.join(',')}]`
}
