import { at, listAt, textAt } from '../kubernetes/object.ts'

/** The peers and ports that a NetworkPolicy admits; undefined means all peers or all ports. */
export interface Admission {
  peer: unknown
  port: unknown
}

/** Whether a label selector matches a pod with these labels. */
export function isSelected(selector: unknown, labels: Readonly<Record<string, unknown>>): boolean {
  const has = (name: string) => Object.hasOwn(labels, name)
  const isMet = (expression: unknown) => {
    const name = textAt(expression, 'key') ?? ''
    const isListed = has(name) && listAt(expression, 'values').includes(labels[name])
    return { In: isListed, NotIn: !isListed, Exists: has(name), DoesNotExist: !has(name) }[
      textAt(expression, 'operator') ?? ''
    ]
  }
  const pairs = Object.entries(at(selector, 'matchLabels') ?? {})
  return (
    pairs.every(([name, value]) => has(name) && labels[name] === value) &&
    listAt(selector, 'matchExpressions').every(isMet)
  )
}

/** Whether the port of a rule is this TCP port, or a range with it. @param port undefined means all ports */
export function coversPort(port: unknown, number: number): boolean {
  if (port === undefined) return true
  if ((textAt(port, 'protocol') ?? 'TCP') !== 'TCP') return false
  const first = at(port, 'port')
  if (first === undefined || first === null) return true
  return Number(first) <= number && number <= Number(at(port, 'endPort') ?? first)
}
