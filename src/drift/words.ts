import { pathText } from '../field-path.ts'
import type { Writer } from '../managed-fields.ts'
import { maskedLines } from '../masked-lines.ts'
import { shownValues } from '../shown-value.ts'
import { harmlessLine } from '../untrusted-text.ts'
import type { Difference } from './differences.ts'

/** `.spec.replicas is 0, rendered is 1 (written by kubectl at 2026-11-23T02:10:00Z)`; a secret is never shown. */
export function differenceLine(kind: string, difference: Difference, writer: Writer | undefined): string {
  const by = writer === undefined ? '' : ` (written by ${harmlessLine(writer.manager)} at ${harmlessLine(writer.time)})`
  return `${sentence(kind, difference)}${by}`
}

function sentence(kind: string, { path, live, rendered }: Difference): string {
  const field = harmlessLine(pathText(path))
  const show = (values: [unknown, unknown]) => shownValues(kind, pathText(path), values)
  const lines = kind === 'Secret' ? undefined : firstDifferentLines(live, rendered)
  if (lines !== undefined) {
    return differing(`${field} line ${lines.number}`, lines.isConfidential ? undefined : show(lines.values))
  }
  if (live !== undefined && rendered !== undefined) return differing(field, show([live, rendered]))
  // A whole item is named and not shown.
  const shown = [live, rendered].some((value) => typeof value === 'object') ? undefined : show([live, rendered])
  if (rendered === undefined) return `${field} is ${shown?.[0] ?? 'there'} and is not rendered`
  return `${field} is missing${shown === undefined ? '' : `, rendered is ${shown[1]}`}`
}

function differing(field: string, shown: [live: string, rendered: string] | undefined): string {
  if (shown === undefined) return `${field} is not the rendered value, which is not shown`
  return `${field} is ${shown[0]}, rendered is ${shown[1]}`
}

interface DifferentLines {
  number: number
  values: [string | undefined, string | undefined]
  /** Whether one of them is a credential, which the lines above it may tell. */
  isConfidential: boolean
}

/** The first line in which two texts differ, such as two files of a ConfigMap; undefined if they are no lines. */
function firstDifferentLines(live: unknown, rendered: unknown): DifferentLines | undefined {
  if (typeof live !== 'string' || typeof rendered !== 'string' || !(live + rendered).includes('\n')) return undefined
  const [found, wanted] = [live.split('\n'), rendered.split('\n')]
  const index = found.findIndex((line, each) => line !== wanted[each])
  const at = index < 0 ? found.length : index
  const isConfidential = [found, wanted].some((lines) => (maskedLines(lines.slice(0, at + 1))[at]?.hidden ?? '') !== '')
  return { number: at + 1, values: [found[at], wanted[at]], isConfidential }
}
