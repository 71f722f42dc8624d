import { describe, expect, test } from '@jest/globals'
import { pathText } from '../../../../src/core/kubernetes/field-path.ts'
import { appliedByUs, isWrittenByUs, otherManagers, writerOf } from '../../../../src/core/kubernetes/managed-fields.ts'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'

const live: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: {
    name: 'redis',
    managedFields: [
      {
        manager: 'redis-cache-action',
        operation: 'Apply',
        time: '2026-11-23T01:00:00Z',
        fieldsV1: {
          'f:spec': {
            'f:replicas': {},
            'f:volumeClaimTemplates': {},
            'f:containers': {
              'k:{"name":"redis"}': {
                '.': {},
                'f:ports': { 'k:{"containerPort":1,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } }
              }
            }
          }
        }
      },
      {
        manager: 'kubectl',
        subresource: 'scale',
        time: '2026-11-23T02:00:00Z',
        fieldsV1: { 'f:spec': { 'f:replicas': {} } }
      },
      {
        manager: 'kubectl-edit',
        time: '2026-11-23T03:00:00Z',
        fieldsV1: { 'f:spec': { 'f:containers': { 'k:{"name":"redis"}': { 'f:image': {} } } } }
      }
    ]
  }
}

test.each([
  ['the newest of several', ['spec', 'replicas'], 'kubectl'],
  ['a field of an item', ['spec', 'containers', { name: 'redis' }, 'image'], 'kubectl-edit'],
  [
    'an item by two keys',
    ['spec', 'containers', { name: 'redis' }, 'ports', { protocol: 'TCP', containerPort: 1 }],
    'redis-cache-action'
  ],
  ['below a list that is one value', ['spec', 'volumeClaimTemplates', 0, 'spec'], 'redis-cache-action'],
  ['a default', ['spec', 'containers', { name: 'redis' }, 'imagePullPolicy'], undefined],
  ['an item that is not there', ['spec', 'containers', { name: 'a' }], undefined]
])('finds the owners of a field: %s', (_, path, manager) => {
  expect([pathText(path), writerOf(live, path)?.manager]).toEqual([pathText(path), manager])
})

test('finds no owner in an object without managedFields', () => {
  expect(writerOf({ apiVersion: 'v1', kind: 'A', metadata: { name: 'a' } }, ['spec'])).toBeUndefined()
})

describe('the writer of an object', () => {
  const writtenBy = (...managedFields: object[]): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'a', managedFields }
  })
  const ours = { manager: 'redis-cache-action', operation: 'Apply', fieldsV1: { 'f:data': {} } }
  const created = { ...ours, operation: 'Update' }

  test('is us where we applied it, with the entry that the next apply replaces', () => {
    expect(isWrittenByUs(writtenBy(ours))).toBe(true)
    expect(appliedByUs(writtenBy(created, ours))).toBe(ours)
  })

  test('is us where we only created it, and then an apply removes nothing', () => {
    expect(isWrittenByUs(writtenBy(created))).toBe(true)
    expect(appliedByUs(writtenBy(created))).toBeUndefined()
  })

  test('is not us where we only own its scale or status', () => {
    expect(appliedByUs(writtenBy({ ...ours, subresource: 'scale' }))).toBeUndefined()
  })

  test('is not us where another client applied it', () => {
    const other = writtenBy({ ...ours, manager: 'helm' })
    expect([isWrittenByUs(other), appliedByUs(other)]).toEqual([false, undefined])
  })

  test('lists each other manager once, without those that only write status', () => {
    const helm = { manager: 'helm', operation: 'Apply' }
    const others = [helm, { ...helm, operation: 'Update' }, { manager: 'kubelet', subresource: 'status' }]
    expect(otherManagers(writtenBy(...others, ours))).toEqual(['helm'])
  })
})
