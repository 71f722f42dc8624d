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
])('names the missing rule: %#', (message, rule, namespace) => {
  expect(missingRight(message)).toMatchObject({ user: 'system:serviceaccount:team:default', rule, namespace })
})

test('suggests no write permissions to a reader', () => {
  const message = `statefulsets.apps "redis" is forbidden: ${user} get resource "statefulsets" in API group "apps" in the namespace "team"`
  expect(missingRight(message, true)?.rule).toBe(
    '- {apiGroups: ["apps"], resources: [statefulsets], resourceNames: ["redis"], verbs: [get]}'
  )
})

test('suggests both verbs for a port-forward, because the Kubernetes version decides which one is checked', () => {
  const message = `pods "redis-0" is forbidden: ${user} create resource "pods/portforward" in API group "" in the namespace "team"`
  for (const readOnly of [false, true]) {
    expect(missingRight(message, readOnly)?.rule).toBe(
      '- {apiGroups: [""], resources: [pods/portforward], resourceNames: ["redis-0"], verbs: [get, create]}'
    )
  }
})

test('suggests no rule for a denial by something other than RBAC', () => {
  expect(missingRight('pods "x" is forbidden: exceeded quota: small')).toBeUndefined()
})
