import { at, fieldManager, type KubernetesObject, listAt, textAt } from '../kubernetes-object.ts'
import type { Path, Step } from './path.ts'

/** A client that wrote a field, and when it last wrote anything to the object. */
export interface Writer {
  manager: string
  time: string
}

/** Who wrote a live field, as the server keeps track of it; undefined for defaults and for fields that are gone. */
export function writerOf(live: KubernetesObject, path: Path): Writer | undefined {
  const owners = listAt(live, 'metadata', 'managedFields').filter(
    (entry) => partOf(at(entry, 'fieldsV1'), path) !== undefined
  )
  const writers = owners.map((entry) => ({
    manager: textAt(entry, 'manager') ?? '',
    time: textAt(entry, 'time') ?? ''
  }))
  return writers.sort((a, b) => (a.time < b.time ? -1 : 1)).at(-1)
}

/**
 * Whether somebody asked for a live field that is not rendered. The server notes no owner of what it fills in, nor of what
 * admission adds; controllers write through subresources.
 */
export function isAskedFor(live: KubernetesObject, path: Path): boolean {
  const owned = listAt(live, 'metadata', 'managedFields')
    .filter((entry) => textAt(entry, 'subresource') === undefined)
    .map((entry) => ({ isOurs: isOurs(entry), part: partOf(at(entry, 'fieldsV1'), path) }))
  if (owned.some(({ part }) => part === 'itself')) return true
  // What we applied as a whole, the server completed; what only others wrote as a whole, they wrote with this field.
  const wholes = owned.filter(({ part }) => part === 'inside')
  return wholes.length > 0 && !wholes.some((entry) => entry.isOurs)
}

function isOurs(entry: unknown): boolean {
  return textAt(entry, 'manager') === fieldManager && textAt(entry, 'operation') === 'Apply'
}

/** Maps whose fields have owners of their own: an empty set of one says that it was written empty. */
const granular: readonly unknown[] = ['securityContext', 'resources', 'limits', 'requests', 'emptyDir']

/** Whether a set has a field, or a list or map around it that is written as a whole. */
function partOf(fields: unknown, path: Path, around?: Step): 'itself' | 'inside' | undefined {
  const [step, ...rest] = path
  if (fields === undefined) return undefined
  if (step === undefined) return 'itself'
  // Below an empty set nothing is told apart.
  if (Object.keys(Object(fields)).length === 0) return granular.includes(around) ? undefined : 'inside'
  return partOf(at(fields, keyOf(step)), rest, step)
}

/** How a field set of version 1 writes a step. */
function keyOf(step: Step): string {
  if (typeof step === 'string') return `f:${step}`
  if (typeof step === 'number') return `i:${step}`
  return `k:${JSON.stringify(Object.fromEntries(Object.entries(step).sort(([a], [b]) => (a < b ? -1 : 1))))}`
}
