import { equal } from '../json.ts'
import type { KubernetesObject, ManagedFieldsEntry } from '../object.ts'
import { FieldSet } from './field-set.ts'
import { compareFields, ownable } from './owned-fields.ts'

/** One manager and its fields. */
export interface Ownership {
  readonly entry: Omit<ManagedFieldsEntry, 'fieldsV1'>
  readonly fields: FieldSet
}

export interface Writer {
  readonly manager: string
  readonly apiVersion: string
  readonly time: string
  readonly subresource?: string
}

export function ownershipsOf(object: KubernetesObject | undefined): Ownership[] {
  return (object?.metadata.managedFields ?? []).map(({ fieldsV1, ...entry }) => ({
    entry,
    fields: FieldSet.fromFieldsV1(fieldsV1)
  }))
}

export function managedFieldsOf(ownerships: readonly Ownership[]): ManagedFieldsEntry[] {
  const key = ({ operation, time, manager, apiVersion, subresource }: ManagedFieldsEntry): string =>
    [operation, time, manager, apiVersion, subresource ?? ''].join('\0')
  return ownerships
    .filter(({ fields }) => !fields.isEmpty())
    .map(({ entry, fields }) => ({ ...entry, fieldsV1: fields.toFieldsV1() }))
    .sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

/** Removes fields from all entries but one. */
export function disown(ownerships: readonly Ownership[], lost: FieldSet): Ownership[] {
  return ownerships.map(({ entry, fields }) => ({ entry, fields: fields.difference(lost) }))
}

/** The managers after a write other than an apply: the writer becomes the only owner of what it changed. */
export function afterUpdate(
  before: KubernetesObject | undefined,
  after: KubernetesObject,
  writer: Writer
): ManagedFieldsEntry[] {
  const { manager, apiVersion, time, subresource } = writer
  const isWriter = ({ entry }: Ownership): boolean =>
    entry.operation === 'Update' &&
    entry.manager === manager &&
    entry.apiVersion === apiVersion &&
    entry.subresource === subresource
  const { changed, removed } = compareFields(ownable(before, subresource), ownable(after, subresource))
  const ownerships = ownershipsOf(before)
  const own = ownerships.find(isWriter)
  const fields = (own?.fields ?? new FieldSet()).union(changed).difference(removed)
  const others = disown(
    ownerships.filter((ownership) => !isWriter(ownership)),
    changed.union(removed)
  )
  const isSame = own !== undefined && equal(own.fields.toFieldsV1(), fields.toFieldsV1())
  const entry: Ownership['entry'] = {
    manager,
    operation: 'Update',
    apiVersion,
    time: isSame ? own.entry.time : time,
    fieldsType: 'FieldsV1',
    ...(subresource === undefined ? {} : { subresource })
  }
  return managedFieldsOf([...others, { entry, fields }])
}
