import { describe, expect, test } from '@jest/globals'
import { documentOf } from '../../document-of.ts'
import { type Edit, problemsIn, problemsWith } from './problems-of.ts'

test('manifests that render no object are refused', () => {
  expect(problemsIn([])).toEqual(['the manifests render no object: name their files under resources'])
})

/** Into the metadata of the NetworkPolicy, which is the last thing before its spec. */
const policySpec = 'spec:\n  podSelector:'
const inPolicy = (lines: string): Edit => [policySpec, `  ${lines}\n${policySpec}`]
const written = 'has what only the cluster writes: remove'

describe('what was exported from a cluster is named by its fields:', () => {
  test.each<[string, Edit, string]>([
    ['a uid', inPolicy('uid: 1-2'), `NetworkPolicy/redis ${written} metadata.uid`],
    [
      'several fields',
      inPolicy('resourceVersion: "7"\n  generation: 2\n  creationTimestamp: "2026-01-01T00:00:00Z"'),
      `NetworkPolicy/redis ${written} metadata.resourceVersion, metadata.generation, metadata.creationTimestamp`
    ],
    [
      'owners of fields',
      inPolicy('managedFields: [{manager: kubectl}]'),
      `NetworkPolicy/redis ${written} metadata.managedFields`
    ],
    [
      'what kubectl applied last',
      inPolicy('annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}"}'),
      `NetworkPolicy/redis ${written} metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]`
    ],
    ['a status', [policySpec, `status: {replicas: 1}\n${policySpec}`], `NetworkPolicy/redis ${written} status`]
  ])('%s', (_, edit, sentence) => {
    expect(problemsWith([edit])).toEqual([sentence])
  })

  test.each<[string, Edit]>([
    ['an empty time, as kustomize writes it', inPolicy('creationTimestamp: null')],
    ['an empty status', [policySpec, `status: {}\n${policySpec}`]],
    ['a status of a generator', [policySpec, `status: {names: {kind: ""}, conditions: [], ready: 0}\n${policySpec}`]],
    ['other annotations', inPolicy('annotations: {example.org/owner: erp}')],
    ['an address that was chosen for a Service', ['type: ClusterIP', 'clusterIP: 10.0.0.7\n  clusterIPs: [10.0.0.7]']]
  ])('and not %s', (_, edit) => {
    expect(problemsWith([edit])).toEqual([])
  })

  test('and not the status of a generated CustomResourceDefinition', () => {
    const crd =
      'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a.b}\nstatus: {storedVersions: [v1]}'
    expect(problemsWith([], crd)).toEqual([])
  })
})

describe('a Secret with the suffix of a generator', () => {
  const secret = (name: string) => documentOf(`{apiVersion: v1, kind: Secret, metadata: {name: ${name}}}`)

  test('is refused, because applications do not find it', () => {
    expect(problemsIn([secret('redis-credentials-k4bm6t2dg8')])).toEqual([
      'Secret/redis-credentials-k4bm6t2dg8 has the suffix of a secretGenerator, and applications read ' +
        'redis-credentials: write options: {disableNameSuffixHash: true} into that secretGenerator'
    ])
  })

  test.each(['redis-credentials', 'redis-credentials-production', 'redis-credentials-backup', 'other-k4bm6t2dg8'])(
    'is not %s',
    (name) => {
      expect(problemsIn([secret(name)])).toEqual([])
    }
  )
})
