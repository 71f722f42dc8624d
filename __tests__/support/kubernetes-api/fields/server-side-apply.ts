import { isObject } from '../json.ts'
import type { KubernetesObject } from '../object.ts'
import { quoted, StatusError } from '../status.ts'
import { FieldSet, pathText } from './field-set.ts'
import { disown, managedFieldsOf, type Ownership, ownershipsOf, type Writer } from './managed-fields.ts'
import { mergeConfiguration, removeFields } from './merge.ts'
import { compareFields, fieldSetOf, ownable } from './owned-fields.ts'

/** The result of server-side apply on the live object; a conflict that is not forced is thrown. */
export function applyConfiguration(
  live: KubernetesObject | undefined,
  configuration: KubernetesObject,
  writer: Writer,
  force: boolean
): KubernetesObject {
  const applied = ownable(configuration)
  const ownerships = live === undefined ? [] : ownershipsBefore(live, writer)
  const isWriter = ({ entry }: Ownership): boolean => entry.operation === 'Apply' && entry.manager === writer.manager
  const others = ownerships.filter((ownership) => !isWriter(ownership))
  const fields = fieldSetOf(applied)
  const before = ownable(live)
  const kept = others.reduce((all, other) => all.union(other.fields), fields).withParents()
  const abandoned = (ownerships.find(isWriter)?.fields ?? new FieldSet()).difference(kept)
  const after = removeFields(mergeConfiguration(before, applied), abandoned)
  const { changed, removed } = compareFields(before, after)
  const conflicts = others
    .map(({ entry, fields: owned }) => ({ entry, fields: owned.intersection(changed) }))
    .filter((conflict) => !conflict.fields.isEmpty())
  if (conflicts.length > 0 && !force) throw conflictError(conflicts)
  const entry: Ownership['entry'] = {
    manager: writer.manager,
    operation: 'Apply',
    apiVersion: writer.apiVersion,
    time: writer.time,
    fieldsType: 'FieldsV1'
  }
  const left = conflicts.reduce((sets, conflict) => sets.union(conflict.fields), removed)
  const managedFields = managedFieldsOf([...disown(others, left), { entry, fields }])
  return assemble(live ?? configuration, after, managedFields)
}

/** Fields without a known owner belong to a manager that the API server adds itself. */
function ownershipsBefore(live: KubernetesObject, { apiVersion, time }: Writer): Ownership[] {
  const known = ownershipsOf(live)
  if (known.length > 0) return known
  const fields = compareFields({}, ownable(live)).changed
  const manager = 'before-first-apply'
  return [{ entry: { manager, operation: 'Update', apiVersion, time, fieldsType: 'FieldsV1' }, fields }]
}

function assemble(
  base: KubernetesObject,
  after: ReturnType<typeof ownable>,
  managedFields: ReturnType<typeof managedFieldsOf>
): KubernetesObject {
  const { metadata: ownedMetadata, ...rest } = after
  const { name, namespace, uid, resourceVersion, generation, creationTimestamp, deletionTimestamp } = base.metadata
  return {
    apiVersion: base.apiVersion,
    kind: base.kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(generation === undefined ? {} : { generation }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
      ...(isObject(ownedMetadata) ? ownedMetadata : {}),
      ...(managedFields.length === 0 ? {} : { managedFields })
    },
    ...rest,
    ...(base['status'] === undefined ? {} : { status: base['status'] })
  }
}

function conflictError(conflicts: readonly Ownership[]): StatusError {
  const sorted = [...conflicts].sort((a, b) => (managerText(a) < managerText(b) ? -1 : 1))
  // The API server iterates over a Go map here, so the managers have no order: the order here differs from that of the
  // message, so that no client can rely on it.
  const causes = sorted.toReversed().flatMap((conflict) =>
    conflict.fields.paths().map((path) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${managerText(conflict)}`,
      field: pathText(path)
    }))
  )
  const [first] = causes
  const single = `Apply failed with 1 conflict: ${first?.message}: ${first?.field}`
  const groups = sorted.flatMap((conflict) => [
    `conflicts with ${managerText(conflict)}:`,
    ...conflict.fields.paths().map((path) => `- ${pathText(path)}`)
  ])
  const many = `Apply failed with ${causes.length} conflicts: ${groups.join('\n')}`
  return new StatusError(409, 'Conflict', causes.length === 1 ? single : many, { causes })
}

function managerText({ entry }: Ownership): string {
  const subresource = entry.subresource === undefined ? '' : ` with subresource ${quoted(entry.subresource)}`
  const version = entry.operation === 'Update' ? ` using ${entry.apiVersion}` : ''
  return `${quoted(entry.manager)}${subresource}${version}`
}
