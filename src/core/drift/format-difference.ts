import { pathText } from '../kubernetes/field-path.ts'
import { type Writer, writerOf } from '../kubernetes/managed-fields.ts'
import { type KubernetesObject, objectId } from '../kubernetes/object.ts'
import { redactLines } from '../redact/redact-line.ts'
import { shownValues } from '../redact/shown-value.ts'
import { sanitizeLine } from '../sanitize.ts'
import { type Difference, differencesOf } from './differences.ts'

/** `.spec.replicas is 0, rendered: 1 (written by kubectl at 2026-11-23T02:10:00Z)`; a secret is never shown. */
export function differenceLine(kind: string, difference: Difference, writer: Writer | undefined): string {
  const by = writer === undefined ? '' : ` (written by ${sanitizeLine(writer.manager)} at ${sanitizeLine(writer.time)})`
  return `${sentence(kind, difference)}${by}`
}

function sentence(kind: string, { path, live, rendered }: Difference): string {
  const field = sanitizeLine(pathText(path))
  const show = (values: [unknown, unknown]) => shownValues(kind, pathText(path), values)
  const lines = kind === 'Secret' ? undefined : firstDifferentLines(live, rendered)
  if (lines !== undefined) {
    return differing(`${field} line ${lines.number}`, lines.isConfidential ? undefined : show(lines.values))
  }
  if (live !== undefined && rendered !== undefined) return differing(field, show([live, rendered]))
  // A whole item is named, not shown.
  const shown = [live, rendered].some((value) => typeof value === 'object') ? undefined : show([live, rendered])
  if (rendered === undefined) return `${field} is ${shown?.[0] ?? 'present'} but is not rendered`
  return `${field} is missing${shown === undefined ? '' : `, rendered: ${shown[1]}`}`
}

function differing(field: string, shown: [live: string, rendered: string] | undefined): string {
  if (shown === undefined) return `${field} differs from the rendered value (not shown)`
  return `${field} is ${shown[0]}, rendered: ${shown[1]}`
}

interface DifferentLines {
  number: number
  values: [string | undefined, string | undefined]
  /** Whether one of them is a credential, which the lines above may reveal. */
  isConfidential: boolean
}

/** The first differing line of two texts, such as two files of a ConfigMap; undefined if they have no lines. */
function firstDifferentLines(live: unknown, rendered: unknown): DifferentLines | undefined {
  if (typeof live !== 'string' || typeof rendered !== 'string' || !(live + rendered).includes('\n')) return undefined
  const [found, wanted] = [live.split('\n'), rendered.split('\n')]
  const index = found.findIndex((line, each) => line !== wanted[each])
  const at = index < 0 ? found.length : index
  const isConfidential = [found, wanted].some((lines) => (redactLines(lines.slice(0, at + 1))[at]?.hidden ?? '') !== '')
  return { number: at + 1, values: [found[at], wanted[at]], isConfidential }
}

/** A rendered object and its live counterpart. */
export interface Compared {
  /** `StatefulSet/redis` */
  id: string
  kind: string
  /** The object does not exist. */
  missing: boolean
  /** As it is stored; undefined if it does not exist. */
  live: KubernetesObject | undefined
  found: readonly ObjectDrift[]
}

/** A difference, and the writer of the live field. */
export interface ObjectDrift {
  difference: Difference
  writer: Writer | undefined
}

/** @param live undefined if it does not exist */
export function comparedWith(rendered: KubernetesObject, live: KubernetesObject | undefined): Compared {
  const found =
    live === undefined
      ? []
      : differencesOf(rendered, live).map((difference) => ({ difference, writer: writerOf(live, difference.path) }))
  return { id: objectId(rendered), kind: rendered.kind, missing: live === undefined, live, found }
}

export function isDrifted({ missing, found }: Compared): boolean {
  return missing || found.length > 0
}

/** The differences in words; empty if there are none. */
export function driftLines({ kind, missing, found }: Compared): string[] {
  if (missing) return ['is missing']
  return found.map(({ difference, writer }) => differenceLine(kind, difference, writer))
}

/** The same with the name of the object: `StatefulSet/redis is missing`, `StatefulSet/redis: .spec.replicas is …`. */
export function namedLinesOf(compared: Compared): string[] {
  return driftLines(compared).map((line) => `${compared.id}${compared.missing ? '' : ':'} ${line}`)
}
