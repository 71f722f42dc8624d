import { expect, test } from '@jest/globals'
import { parseManifest } from '../../../../src/core/manifest.ts'
import { waves } from '../../../../src/phases/apply/order.ts'

const documents = (...kinds: string[]) =>
  parseManifest(kinds.map((kind) => `{apiVersion: v1, kind: ${kind}, metadata: {name: x}}\n`).join('---\n'))
const kinds = (given: ReturnType<typeof documents>) => given.map(({ object }) => object.kind)

test('puts prerequisites first and workloads last', () => {
  const { foundations, resources, workloads } = waves(
    documents('StatefulSet', 'ConfigMap', 'Namespace', 'Service', 'CustomResourceDefinition', 'Job', 'ServiceAccount')
  )
  expect(kinds(foundations)).toEqual(['Namespace', 'CustomResourceDefinition', 'ServiceAccount'])
  expect(kinds(resources)).toEqual(['ConfigMap', 'Service'])
  expect(kinds(workloads)).toEqual(['StatefulSet', 'Job'])
})

test.each([
  ['foundations', ['Namespace', 'CustomResourceDefinition', 'PriorityClass', 'StorageClass', 'ServiceAccount']],
  ['foundations', ['Role', 'ClusterRole', 'ResourceQuota', 'LimitRange']],
  ['resources', ['ConfigMap', 'Secret', 'Service', 'NetworkPolicy', 'PodDisruptionBudget', 'RoleBinding', 'Anything']],
  ['workloads', ['StatefulSet', 'Deployment', 'DaemonSet', 'Job', 'CronJob', 'Pod']]
] as const)('puts %s into wave %j', (wave, all) => {
  for (const kind of all) expect(kinds(waves(documents(kind))[wave])).toEqual([kind])
})

test('puts every document into one wave, in rendered order', () => {
  const all = documents('Service', 'Pod', 'Namespace', 'ConfigMap', 'Pod')
  const { foundations, resources, workloads } = waves(all)
  expect([...foundations, ...resources, ...workloads]).toHaveLength(all.length)
  expect(kinds(resources)).toEqual(['Service', 'ConfigMap'])
})

test('returns empty waves without documents', () => {
  expect(waves([])).toEqual({ foundations: [], resources: [], workloads: [] })
})
