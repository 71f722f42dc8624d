import { describe, expect, test } from '@jest/globals'
import { migratedManagedFields } from '../../../../src/phases/apply/kubectl-migration.ts'

const entry = (manager: string, operation: string, fieldsV1: object, more: object = {}) => ({
  manager,
  operation,
  apiVersion: 'v1',
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...more
})
const migrated = (...managedFields: object[]) =>
  migratedManagedFields({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', managedFields } })
const annotation = { 'f:metadata': { 'f:annotations': { 'f:kubectl.kubernetes.io/last-applied-configuration': {} } } }
const apply = 'kubectl-client-side-apply'

describe('what kubectl apply owns becomes ours', () => {
  test('as the fields of an entry that we have', () => {
    const own = entry('redis-cache-action', 'Apply', { 'f:data': { 'f:a': {} }, 'f:x': {} })
    const old = entry(apply, 'Update', { 'f:data': { '.': {}, 'f:b': {} }, 'f:x': { 'f:y': {} } })
    const other = entry('helm', 'Update', { 'f:z': {} })
    expect(migrated(old, own, other)).toEqual([
      other,
      entry('redis-cache-action', 'Apply', {
        'f:data': { '.': {}, 'f:a': {}, 'f:b': {} },
        'f:x': { '.': {}, 'f:y': {} }
      })
    ])
  })

  test('as a new entry where we have none', () => {
    expect(migrated(entry(apply, 'Update', { 'f:data': {} }))).toEqual([
      entry('redis-cache-action', 'Apply', { 'f:data': {} })
    ])
  })

  test('also what an old kubectl applied, which it is known by its annotation', () => {
    expect(migrated(entry('kubectl', 'Update', annotation))).toEqual([entry('redis-cache-action', 'Apply', annotation)])
  })
})

test.each([
  ['kubectl, but not by apply', entry('kubectl', 'Update', { 'f:data': {} })],
  ['kubectl scale', entry('kubectl', 'Update', annotation, { subresource: 'scale' })],
  ['kubectl apply --server-side', entry('kubectl', 'Apply', annotation)],
  ['another client', entry('helm', 'Update', { 'f:data': {} })]
])('what belongs to %s stays there', (_, other) => {
  expect(migrated(other)).toBeUndefined()
})
