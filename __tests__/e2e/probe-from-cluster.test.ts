import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { deploy, expectClean } from '../support/cluster/deploy.ts'
import { kubectl, kubectlWithInput } from '../support/cluster/kubectl.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'
import { root } from '../support/root.ts'
import { workspaceWith } from '../support/workspace.ts'

let namespace: TestNamespace

beforeAll(async () => {
  namespace = await testNamespace()
})
afterAll(async () => namespace[Symbol.asyncDispose]())
// Whatever happened, no pod of ours is left.
afterEach(async () => {
  const pods = await namespace.kubectl('get', 'pods', '--output=name')
  expect(pods.trim()).toBe('pod/redis-0')
})

// In order: each test goes on from what the one before it left in the cluster.
test('names the missing permission to create a pod', async () => {
  const { outputs, summary } = await deploy(namespace, { 'probe-from': 'cluster' })
  expect(outputs['failure-code']).toBe('forbidden')
  expect(summary).toContain('cannot create resource "pods"')
  expect(summary).toContain('| probe | ✅ |')
})

test('proves Service, DNS and NetworkPolicy as seen by a backend', async () => {
  const rbac = await kubectl('kustomize', join(root, 'manifests', 'rbac-probe'))
  await kubectlWithInput(rbac.replaceAll('hospital-erp-system', namespace.name), 'apply', '-f', '-')
  // The nodes of a busy cluster may not know the new Service or its policy yet.
  const early = ['redis-unreachable', 'redis-open']
  let deployment = await deploy(namespace, { 'probe-from': 'cluster' })
  for (let attempt = 1; early.includes(deployment.outputs['failure-code'] ?? '') && attempt < 8; attempt++) {
    deployment = await deploy(namespace, { 'probe-from': 'cluster' })
  }
  expect(deployment.rendered).toContain('verdict: passed')
  expect(deployment.summary).toContain('| connection | ✅ |')
  expect(deployment.summary).toContain('| ✅ | pod without the backend label |')
  await expectClean(deployment, namespace)
})

test('manifests whose NetworkPolicy lets every pod of the namespace in are told', async () => {
  const value = [{ from: [{ podSelector: {} }] }]
  const patch = JSON.stringify([{ op: 'replace', path: '/spec/ingress', value }])
  const target = { kind: 'NetworkPolicy', name: 'redis' }
  await using workspace = await workspaceWith([{ target, patch }])
  const inputs = { 'probe-from': 'cluster', manifests: 'deploy/redis' }
  const open = () => deploy(namespace, inputs, { workspace: workspace.path })
  let deployment = await open()
  for (let attempt = 1; deployment.outputs['failure-code'] !== 'redis-open' && attempt < 8; attempt++) {
    deployment = await open()
  }
  expect(deployment.outputs['failure-code']).toBe('redis-open')
  expect(deployment.summary).toContain('pod without the backend label')
})

test('skips the probe on request and reports it', async () => {
  const { outputs, summary } = await deploy(namespace, { 'probe-from': 'none' })
  expect(outputs['verdict']).toBe('passed')
  expect(summary).toContain('### ✅ Pod redis-0 runs what was applied; no connection was tried')
  expect(summary).toContain('`probe-from` is `none`')
})
