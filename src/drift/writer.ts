import { at, type KubernetesObject, listAt, textAt } from '../kubernetes-object.ts'
import type { Path, Step } from './path.ts'

/** A client that wrote a field, and when it last wrote anything to the object. */
export interface Writer {
  manager: string
  time: string
}

/** Who wrote a live field, as the server keeps track of it; undefined for defaults and for fields that are gone. */
export function writerOf(live: KubernetesObject, path: Path): Writer | undefined {
  const owners = listAt(live, 'metadata', 'managedFields').filter((entry) => owns(at(entry, 'fieldsV1'), path))
  const writers = owners.map((entry) => ({
    manager: textAt(entry, 'manager') ?? '',
    time: textAt(entry, 'time') ?? ''
  }))
  return writers.sort((a, b) => (a.time < b.time ? -1 : 1)).at(-1)
}

function owns(fields: unknown, path: Path): boolean {
  const [step, ...rest] = path
  if (fields === undefined) return false
  // Below an empty set nothing is told apart: a value, or a list that is written as a whole.
  if (step === undefined || Object.keys(Object(fields)).length === 0) return true
  return owns(at(fields, keyOf(step)), rest)
}

/** How a field set of version 1 writes a step. */
function keyOf(step: Step): string {
  if (typeof step === 'string') return `f:${step}`
  if (typeof step === 'number') return `i:${step}`
  return `k:${JSON.stringify(Object.fromEntries(Object.entries(step).sort(([a], [b]) => (a < b ? -1 : 1))))}`
}
