import { describe, expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { adoptionNote, changeOf, ownershipNote } from '../../../../src/phases/apply/content.ts'

const entry = (manager: string, operation: string, fieldsV1 = {}, subresource?: string) => ({
  manager,
  operation,
  fieldsV1,
  subresource
})
const object = (resourceVersion: string, managedFields: object[] = [], rest: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'x', resourceVersion, managedFields },
  ...rest
})
const ours = (fields = {}) => entry('redis-cache-action', 'Apply', fields)

describe('the change of an apply', () => {
  test.each<[string, KubernetesObject | undefined, KubernetesObject, string]>([
    ['of a new object', undefined, object('1'), 'created'],
    ['that was not stored', object('1'), object('1'), 'unchanged'],
    ['of another value', object('1', [], { data: { a: '1' } }), object('2', [], { data: { a: '2' } }), 'configured'],
    ['that owns more', object('1', [ours()]), object('2', [ours({ 'f:data': {} })]), 'configured'],
    ['beside a status', object('1', [ours()], { status: 1 }), object('2', [ours()], { status: 2 }), 'unchanged'],
    ['beside another manager', object('1', [ours()]), object('2', [ours(), entry('x', 'Update')]), 'unchanged']
  ])('is determined by content and ownership: %s', (_, before, after, change) => {
    expect(changeOf(before, after)).toBe(change)
  })
})

test('mentions new owners of the same values', () => {
  expect(ownershipNote(object('1'), object('2', [ours({ 'f:data': {} })]))).toBe('all values as before')
  expect(ownershipNote(object('1'), object('1'))).toBeUndefined()
  expect(ownershipNote(object('1'), object('2', [ours({ a: {} })], { data: {} }))).toBeUndefined()
})

describe('a takeover of an object', () => {
  test('is reported for the managers that wrote it before our first apply', () => {
    const managers = [entry('helm', 'Update'), entry('x', 'Apply'), entry('helm', 'Apply')]
    expect(adoptionNote(object('1', managers))).toBe('taken over from helm, x')
  })

  test.each([
    ['it was ours already', [entry('helm', 'Update'), ours()]],
    ['only its status is of others', [entry('kubelet', 'Update', {}, 'status')]],
    ['we created it', [entry('redis-cache-action', 'Update')]],
    ['there is no manager', []]
  ])('is not reported if %s', (_, managers) => {
    expect(adoptionNote(object('1', managers))).toBeUndefined()
  })
})
