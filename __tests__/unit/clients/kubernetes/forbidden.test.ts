import { expect, test } from '@jest/globals'
import { missingRight } from '../../../../src/clients/kubernetes/forbidden.ts'

const user = 'User "system:serviceaccount:team:default" cannot'

test.each([
  [
    `statefulsets.apps "redis" is forbidden: ${user} patch resource "statefulsets" in API group "apps" in the namespace "team"`,
    '- {apiGroups: ["apps"], resources: [statefulsets], resourceNames: ["redis"], verbs: [get, create, patch]}',
    'team'
  ],
  [
    `secrets is forbidden: ${user} create resource "secrets" in API group "" in the namespace "team"`,
    '- {apiGroups: [""], resources: [secrets], verbs: [create]}',
    'team'
  ],
  [
    `pods is forbidden: ${user} list resource "pods" in API group "" in the namespace "team": RBAC: role not found`,
    '- {apiGroups: [""], resources: [pods], verbs: [list]}',
    'team'
  ],
  [
    `namespaces is forbidden: ${user} create resource "namespaces" in API group "" at the cluster scope`,
    '- {apiGroups: [""], resources: [namespaces], verbs: [create]}',
    undefined
  ]
])('the rule that is missing: %#', (message, rule, namespace) => {
  expect(missingRight(message)).toMatchObject({ user: 'system:serviceaccount:team:default', rule, namespace })
})

test('who only reads is not told to take the rights of an apply', () => {
  const message = `statefulsets.apps "redis" is forbidden: ${user} get resource "statefulsets" in API group "apps" in the namespace "team"`
  expect(missingRight(message, true)?.rule).toBe(
    '- {apiGroups: ["apps"], resources: [statefulsets], resourceNames: ["redis"], verbs: [get]}'
  )
})

test('a port-forward: both verbs, because the version of Kubernetes decides which is asked for', () => {
  const message = `pods "redis-0" is forbidden: ${user} create resource "pods/portforward" in API group "" in the namespace "team"`
  for (const readOnly of [false, true]) {
    expect(missingRight(message, readOnly)?.rule).toBe(
      '- {apiGroups: [""], resources: [pods/portforward], resourceNames: ["redis-0"], verbs: [get, create]}'
    )
  }
})

test('a refusal of somebody else names no right', () => {
  expect(missingRight('pods "x" is forbidden: exceeded quota: small')).toBeUndefined()
})
