import { describe, expect, test } from '@jest/globals'
import { parseManifest } from '../../../../src/core/manifest.ts'
import {
  backendLabels,
  isIsolated,
  labelText,
  usualBackend
} from '../../../../src/core/rendered-cache/backend-labels.ts'
import { renderedCache } from '../../../../src/core/rendered-cache/rendered-cache.ts'
import { editedManifest } from '../../document-of.ts'

const shipped = editedManifest()
const withoutPolicy = shipped.filter(({ object }) => object.kind !== 'NetworkPolicy')
const cacheWith = (...policies: object[]) => {
  const documents = policies.flatMap((spec, index) =>
    parseManifest(
      JSON.stringify({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: `p${index}` },
        spec
      })
    )
  )
  return renderedCache([...withoutPolicy, ...documents])
}
const labelsWith = (...policies: object[]) => backendLabels(cacheWith(...policies), 'team', 6379)
/** A policy for Redis with one rule. */
const admitting = (from: object[], ports: object[] = [{ port: 6379 }]) => ({
  podSelector: { matchLabels: { 'app.kubernetes.io/name': 'redis' } },
  ingress: [{ from, ports }]
})
const pods = (matchLabels: object) => ({ podSelector: { matchLabels } })
const usual = { known: true, value: usualBackend }

describe('the labels of a backend are the usual ones', () => {
  test.each([
    ['with the shipped policy', backendLabels(renderedCache(shipped), 'team', 6379)],
    ['without a policy', labelsWith()],
    ['for a managed cache', backendLabels(renderedCache([]), 'team', 6379)],
    ['where all are admitted', labelsWith(admitting([]))],
    ['where all pods are admitted', labelsWith(admitting([{ podSelector: {} }]))],
    ['where others are admitted, too', labelsWith(admitting([pods({ app: 'api' })]), admitting([pods(usualBackend)]))],
    [
      'where the policy is for other pods',
      labelsWith({ ...admitting([pods({ app: 'api' })]), podSelector: { matchLabels: { a: 'b' } } })
    ]
  ])('%s', (_, labels) => {
    expect(labels).toEqual(usual)
  })
})

describe('the labels of a backend are those that a policy admits', () => {
  const peer = (expression: object) => ({ podSelector: { matchExpressions: [expression] } })

  test.each([
    ['by labels', pods({ app: 'api', tier: 'web' }), { app: 'api', tier: 'web' }],
    ['by one of some values', peer({ key: 'app', operator: 'In', values: ['api', 'worker'] }), { app: 'api' }],
    ['by the name of a label', peer({ key: 'uses-redis', operator: 'Exists' }), { 'uses-redis': 'true' }],
    [
      'in this namespace',
      { ...pods({ app: 'api' }), namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'team' } } },
      { app: 'api' }
    ]
  ])('%s', (_, from, labels) => {
    expect(labelsWith(admitting([from]))).toEqual({ known: true, value: labels })
  })

  test('at the port of Redis, and not those of the exporter', () => {
    const exporter = admitting([pods({ app: 'prometheus' })], [{ port: 'metrics' }])
    expect(labelsWith(exporter, admitting([pods({ app: 'api' })], [{ port: 'redis' }]))).toEqual({
      known: true,
      value: { app: 'api' }
    })
    expect(labelsWith(admitting([pods({ app: 'api' })], [{ port: 6000, endPort: 7000 }])).known).toBe(true)
  })
})

describe('the labels of a backend are unknown', () => {
  test.each([
    ['where nobody is admitted', { podSelector: {} }],
    ['where addresses are', admitting([{ ipBlock: { cidr: '10.0.0.0/8' } }])],
    [
      'where pods of another namespace are',
      admitting([{ ...pods({}), namespaceSelector: { matchLabels: { team: 'b' } } }])
    ],
    ['where another port is', admitting([pods({ app: 'api' })], [{ port: 6380 }])],
    ['where another protocol is', admitting([pods({ app: 'api' })], [{ port: 6379, protocol: 'UDP' }])],
    ['where a pod with them would be an endpoint of Redis', admitting([pods({ 'app.kubernetes.io/name': 'redis' })])]
  ])('%s', (_, policy) => {
    expect(labelsWith(policy)).toEqual({
      known: false,
      because: 'NetworkPolicy/p0 admits no pod of namespace team by its labels alone'
    })
  })
})

test('labels are told with their values', () => {
  expect(labelText({ app: 'api', tier: 'web' })).toBe('app: api, tier: web')
})

test.each<[string, object[], boolean]>([
  ['open where no policy is rendered', [], false],
  ['isolated where some are admitted', [admitting([pods({ app: 'api' })])], true],
  [
    'isolated where the whole namespace is admitted, so that this can be told',
    [admitting([{ podSelector: {} }])],
    true
  ],
  [
    'open where the policy is for other pods',
    [{ podSelector: { matchLabels: { app: 'db' } }, policyTypes: ['Ingress'] }],
    false
  ]
])('Redis is %s', (_, policies, isIsolatedBy) => {
  expect(isIsolated(cacheWith(...policies))).toBe(isIsolatedBy)
})
