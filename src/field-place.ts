import type { Place } from './confidential.ts'

/** A key, an index, or the fields that tell an item from the others. */
type Step = string | number | Record<string, string>

/** Maps whose keys may hold dots. */
const openMap = /^(.*?\.(?:annotations|labels|matchLabels|nodeSelector))\.(.+)$/s
const openData = /^(\.?(?:data|binaryData))\.(.+)$/s
const stepText = /\[((?:"(?:\\.|[^"\\])*"|[^\]"])*)\]?|\.?([^.[]+)/g
const pairText = /(\w*)=(?:"((?:\\.|[^"\\])*)"|([^",]+))/g

/** Where a field stands, from its path as the API server writes it: `.spec.containers[name="redis"].args[0]`. */
export function placeOf(kind: string, field: string): Place {
  const [, front = field, rest] = (kind === 'ConfigMap' ? openData.exec(field) : null) ?? openMap.exec(field) ?? []
  const steps = [...front.matchAll(stepText)].map(([, selector, name = '']) => stepOf(selector, name))
  if (rest !== undefined) steps.push(rest)
  const holder = steps.at(-2)
  return {
    kind,
    path: steps.map((step) => (typeof step === 'object' ? 0 : step)),
    parent: typeof holder === 'object' ? holder : undefined
  }
}

function stepOf(selector: string | undefined, name: string): Step {
  if (selector === undefined) return name
  const pairs = [...selector.matchAll(pairText)]
  if (pairs.length > 0) return Object.fromEntries(pairs.map(([, key, quoted, plain]) => [key, quoted ?? plain ?? '']))
  return /^\d+$/.test(selector) ? Number(selector) : selector
}
