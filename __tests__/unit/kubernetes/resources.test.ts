import { expect, test } from '@jest/globals'
import { builtInResource } from '../../../src/kubernetes/resources.ts'

test.each([
  ['v1', 'Secret', { plural: 'secrets', namespaced: true }],
  ['v1', 'Namespace', { plural: 'namespaces', namespaced: false }],
  ['networking.k8s.io/v1', 'NetworkPolicy', { plural: 'networkpolicies', namespaced: true }],
  ['apps/v1beta1', 'StatefulSet', undefined],
  ['monitoring.coreos.com/v1', 'PodMonitor', undefined]
])('%s %s', (apiVersion, kind, resource) => {
  expect(builtInResource(apiVersion, kind)).toEqual(resource)
})

test('a name that every JavaScript object has is no kind', () => {
  for (const [apiVersion, kind] of [
    ['constructor', 'name'],
    ['v1', 'constructor'],
    ['__proto__', 'toString']
  ] as const)
    expect(builtInResource(apiVersion, kind)).toBeUndefined()
})
