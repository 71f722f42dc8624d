import { median, ratio } from './statistics.ts'

/** One line of the table of results. */
export interface Row {
  readonly what: string
  readonly action: string
  readonly kubectl: string
  readonly ratio: string
  readonly target: string
}

type Format = (value: number) => string

export const seconds: Format = (value) => `${(value / 1000).toFixed(2)} s`
export const milliseconds: Format = (value) => `${Math.round(value)} ms`
export const megabytes: Format = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`
export const count: Format = (value) => String(value)

/** The same work on both sides. @param target the highest ratio that is wanted */
export function comparison(
  what: string,
  sides: { readonly action: readonly number[]; readonly kubectl: readonly number[] },
  format: Format,
  target?: number
): Row {
  const quotient = ratio(sides.action, sides.kubectl)
  return {
    what,
    action: measured(sides.action, format),
    kubectl: measured(sides.kubectl, format),
    ratio: quotient.toFixed(2),
    target: target === undefined ? '' : judged(`≤ ${target.toFixed(2)}`, quotient <= target)
  }
}

/** What only the action does. @param target the highest median that is wanted */
export function alone(what: string, values: readonly number[], format: Format, target?: number): Row {
  return {
    what,
    action: measured(values, format),
    kubectl: '',
    ratio: '',
    target: target === undefined ? '' : judged(`≤ ${format(target)}`, median(values) <= target)
  }
}

export function markdown(rows: readonly Row[]): string {
  const head = ['what', 'action: median (min)', 'kubectl: median (min)', 'ratio', 'target']
  const lines = rows.map(({ what, action, kubectl, ratio: quotient, target }) => [
    what,
    action,
    kubectl,
    quotient,
    target
  ])
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function measured(values: readonly number[], format: Format): string {
  const middle = format(median(values))
  return values.length === 1 ? middle : `${middle} (${format(Math.min(...values))})`
}

function judged(target: string, met: boolean): string {
  return `${target}${met ? '' : ', **missed**'}`
}
