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

describe('the fields owned by kubectl apply', () => {
  test('are moved into our existing entry', () => {
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

  test('become a new entry where we have none', () => {
    expect(migrated(entry(apply, 'Update', { 'f:data': {} }))).toEqual([
      entry('redis-cache-action', 'Apply', { 'f:data': {} })
    ])
  })

  test('include those of an old kubectl, recognised by its annotation', () => {
    expect(migrated(entry('kubectl', 'Update', annotation))).toEqual([entry('redis-cache-action', 'Apply', annotation)])
  })
})

test.each([
  ['kubectl, but not by apply', entry('kubectl', 'Update', { 'f:data': {} })],
  ['kubectl scale', entry('kubectl', 'Update', annotation, { subresource: 'scale' })],
  ['kubectl apply --server-side', entry('kubectl', 'Apply', annotation)],
  ['another client', entry('helm', 'Update', { 'f:data': {} })]
])('do not include those of %s', (_, other) => {
  expect(migrated(other)).toBeUndefined()
})
