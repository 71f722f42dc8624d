import { isDeepStrictEqual } from 'node:util'
import type { Path, PathStep } from './field-path.ts'
import { at, fieldManager, type KubernetesObject, listAt, textAt } from './object.ts'

/** An entry of `managedFields` about one manager: who, how, when, and which fields. */
export type Entry = Record<string, unknown>

/** Fields as an entry writes them: `f:` a field, `k:`, `v:` and `i:` an item of a list, `.` the value itself. */
export type FieldSet = Record<string, unknown>

/** A client that wrote a field, and when it last wrote to the object. */
export interface Writer {
  manager: string
  time: string
}

/** All entries, including those of controllers that write status and scale. */
export function entriesOf(object: KubernetesObject | undefined): Entry[] {
  return listAt(object, 'metadata', 'managedFields') as Entry[]
}

/** The entries of managers that wrote the object itself, not only its status or scale. */
export function ownEntriesOf(object: KubernetesObject): Entry[] {
  return entriesOf(object).filter((entry) => !entry['subresource'])
}

export function fieldsOf(entry: Entry): FieldSet {
  return (entry['fieldsV1'] ?? {}) as FieldSet
}

/** The entry of our applies; the next apply removes whatever of it is no longer rendered. */
export function appliedByUs(object: KubernetesObject): Entry | undefined {
  return entriesOf(object).find(isOurApply)
}

export function isOurApply(entry: Entry): boolean {
  return entry['manager'] === fieldManager && entry['operation'] === 'Apply' && !entry['subresource']
}

/**
 * Whether we have written an object in any way. This covers more than applies: the Secret with a generated password is
 * created, so we own it with the operation Update.
 */
export function isWrittenByUs(object: KubernetesObject): boolean {
  return entriesOf(object).some((entry) => entry['manager'] === fieldManager)
}

/** The other managers that wrote the object itself, each once. */
export function otherManagers(object: KubernetesObject): string[] {
  const managers = ownEntriesOf(object).map((entry) => textAt(entry, 'manager') ?? '')
  return [...new Set(managers)].filter((manager) => manager !== fieldManager)
}

/** The manager of a live field as tracked by the server; undefined for defaults and for fields that no longer exist. */
export function writerOf(live: KubernetesObject | undefined, path: Path): Writer | undefined {
  return writerAmong(entriesOf(live), path)
}

/**
 * Another manager that requested a live field which we do not apply; undefined for defaults, for what admission added,
 * and for what is part of a value that we applied as a whole.
 */
export function otherWriterOf(live: KubernetesObject, path: Path): Writer | undefined {
  if (!isAskedFor(live, path)) return undefined
  return writerAmong(
    ownEntriesOf(live).filter((entry) => entry['manager'] !== fieldManager),
    path
  )
}

/** Who of these entries wrote a field last; undefined if none of them has it. */
export function writerAmong(entries: readonly Entry[], path: Path): Writer | undefined {
  const owners = entries.filter((entry) => partOf(entry['fieldsV1'], path) !== undefined)
  const writers = owners.map((entry) => ({
    manager: textAt(entry, 'manager') ?? '',
    time: textAt(entry, 'time') ?? ''
  }))
  return writers.sort((a, b) => (a.time < b.time ? -1 : 1)).at(-1)
}

/**
 * Whether a client requested a live field that is not rendered. The server records no owner for defaults, nor for what
 * admission adds; controllers write through subresources.
 */
export function isAskedFor(live: KubernetesObject, path: Path): boolean {
  const owned = ownEntriesOf(live).map((entry) => ({
    isOurs: isOurApply(entry),
    part: partOf(entry['fieldsV1'], path)
  }))
  if (owned.some(({ part }) => part === 'itself')) return true
  // A value that we applied as a whole was completed by the server; one that only others wrote as a whole includes this
  // field.
  const wholes = owned.filter(({ part }) => part === 'inside')
  return wholes.length > 0 && !wholes.some(({ isOurs }) => isOurs)
}

/** Maps whose fields have separate owners: an empty set for one means that it was written empty. */
const granular: readonly unknown[] = ['securityContext', 'resources', 'limits', 'requests', 'emptyDir']

/** Whether a set contains a field, or an enclosing list or map that is written as a whole. */
function partOf(fields: unknown, path: Path, around?: PathStep): 'itself' | 'inside' | undefined {
  const [step, ...rest] = path
  if (fields === undefined) return undefined
  if (step === undefined) return 'itself'
  // Below an empty set there are no finer entries.
  if (Object.keys(Object(fields)).length === 0) return granular.includes(around) ? undefined : 'inside'
  return partOf(at(fields, stepName(step)), rest, step)
}

/** The name of a step in a set. */
function stepName(step: PathStep): string {
  if (typeof step === 'string') return `f:${step}`
  if (typeof step === 'number') return `i:${step}`
  return `k:${JSON.stringify(Object.fromEntries(Object.entries(step).sort(([a], [b]) => (a < b ? -1 : 1))))}`
}

/** Whether a set refers to this item of a list by a name: `k:{"name":"redis"}`, or `v:"a"` in a list of scalars. */
export function isItemNamed(item: unknown, name: string): boolean {
  const [, kind, text = ''] = /^([kv]):(.*)$/s.exec(name) ?? []
  if (kind === undefined) return false
  const wanted: unknown = JSON.parse(text)
  if (kind === 'v') return isDeepStrictEqual(item, wanted)
  return Object.entries(Object(wanted)).every(([key, value]) => at(item, key) === value)
}
