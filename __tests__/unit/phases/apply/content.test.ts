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

describe('an apply', () => {
  test.each<[string, KubernetesObject | undefined, KubernetesObject, string]>([
    ['of a new object', undefined, object('1'), 'created'],
    ['that was not stored', object('1'), object('1'), 'unchanged'],
    ['of another value', object('1', [], { data: { a: '1' } }), object('2', [], { data: { a: '2' } }), 'configured'],
    ['that owns more', object('1', [ours()]), object('2', [ours({ 'f:data': {} })]), 'configured'],
    ['beside a status', object('1', [ours()], { status: 1 }), object('2', [ours()], { status: 2 }), 'unchanged'],
    ['beside another manager', object('1', [ours()]), object('2', [ours(), entry('x', 'Update')]), 'unchanged']
  ])('%s', (_, before, after, change) => {
    expect(changeOf(before, after)).toBe(change)
  })
})

test('new owners of the same values are told', () => {
  expect(ownershipNote(object('1'), object('2', [ours({ 'f:data': {} })]))).toBe('all values as before')
  expect(ownershipNote(object('1'), object('1'))).toBeUndefined()
  expect(ownershipNote(object('1'), object('2', [ours({ a: {} })], { data: {} }))).toBeUndefined()
})

describe('an object is taken over', () => {
  test('from those who wrote it before our first apply', () => {
    const managers = [entry('helm', 'Update'), entry('x', 'Apply'), entry('helm', 'Apply')]
    expect(adoptionNote(object('1', managers))).toBe('taken over from helm, x')
  })

  test.each([
    ['it was ours already', [entry('helm', 'Update'), ours()]],
    ['only its status is of others', [entry('kubelet', 'Update', {}, 'status')]],
    ['we created it', [entry('redis-cache-action', 'Update')]],
    ['nobody is known', []]
  ])('not if %s', (_, managers) => {
    expect(adoptionNote(object('1', managers))).toBeUndefined()
  })
})
