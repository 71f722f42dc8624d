import { expect, test } from '@jest/globals'
import { pathText } from '../../../src/drift/path.ts'
import { writerOf } from '../../../src/drift/writer.ts'
import type { KubernetesObject } from '../../../src/kubernetes-object.ts'

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
])('%s', (_, path, manager) => {
  expect([pathText(path), writerOf(live, path)?.manager]).toEqual([pathText(path), manager])
})

test('an object that says nothing of its writers', () => {
  expect(writerOf({ apiVersion: 'v1', kind: 'A', metadata: { name: 'a' } }, ['spec'])).toBeUndefined()
})
