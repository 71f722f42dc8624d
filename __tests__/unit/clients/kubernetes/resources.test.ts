import { expect, test } from '@jest/globals'
import { builtInResource, isOwnKind } from '../../../../src/clients/kubernetes/resources.ts'

test.each([
  ['v1', 'Secret', { plural: 'secrets', namespaced: true }],
  ['v1', 'Namespace', { plural: 'namespaces', namespaced: false }],
  ['networking.k8s.io/v1', 'NetworkPolicy', { plural: 'networkpolicies', namespaced: true }],
  ['apps/v1beta1', 'StatefulSet', undefined],
  ['monitoring.coreos.com/v1', 'PodMonitor', undefined]
])('addresses %s as %s', (apiVersion, kind, resource) => {
  expect(builtInResource(apiVersion, kind)).toEqual(resource)
})

test('does not take an inherited JavaScript property for a kind', () => {
  for (const [apiVersion, kind] of [
    ['constructor', 'name'],
    ['v1', 'constructor'],
    ['__proto__', 'toString']
  ] as const)
    expect(builtInResource(apiVersion, kind)).toBeUndefined()
})

test.each([
  ['v1', true],
  ['apps/v1', true],
  ['app/v1', true],
  ['networking.k8s.io/v1', true],
  ['networking.k8s.io/v1beta1', true],
  ['gateway.networking.k8s.io/v1', false],
  ['snapshot.storage.k8s.io/v1', false],
  ['monitoring.coreos.com/v1', false]
])('knows whether the group of %s belongs to Kubernetes itself', (apiVersion, expected) => {
  expect(isOwnKind(apiVersion)).toBe(expected)
})
