import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { expectNoSecret } from '../support/captured.ts'
import { type Deployment, deploy } from '../support/cluster/deploy.ts'
import type { TestNamespace } from '../support/cluster/namespace.ts'
import { generatedCredentials } from '../support/generated-credentials.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { namespace } from './rendering.ts'

const fields = generatedCredentials()
let stage: Stage
let place: TestNamespace

beforeAll(async () => {
  stage = await startStage()
  const refuse = () => Promise.reject(new Error('there is no cluster behind this namespace'))
  const { kubeconfig } = stage
  const none = { kubectl: refuse, apply: refuse, redisCli: refuse, credential: refuse }
  place = { name: namespace, kubeconfig, ...none, [Symbol.asyncDispose]: async () => {} }
  stage.api.operator.hold('hospital-erp/redis', fields)
})
afterAll(async () => stage[Symbol.asyncDispose]())

async function run(inputs: Record<string, string> = {}): Promise<Deployment> {
  const deployment = await deploy(place, { environment: 'production', 'probe-from': 'none', ...inputs })
  expectNoSecret(deployment.captured, [fields.password, fields.url, stage.password, stage.api.token])
  expect(deployment.leftovers).toEqual([])
  return deployment
}

// In order: each test goes on from what the one before it left.
test('switches a namespace from a self-hosted Redis to a managed cache and names the leftovers', async () => {
  const selfHosted = await deploy(place, { 'redis-password': stage.password })
  expect(selfHosted.rendered).toContain('verdict: passed')
  const { outputs, summary } = await run()
  expect(outputs).toMatchObject({ verdict: 'passed', topology: 'managed', created: '1', changed: 'true' })
  for (const phase of ['render', 'apply', 'secret']) expect(summary).toContain(`| ${phase} | ✅ |`)
  expect(summary).toContain(
    `kubectl -n ${namespace} delete configmap/redis-config networkpolicy/redis service/redis ` +
      'service/redis-headless statefulset/redis'
  )
  expect(summary).toContain('### ✅ The Secret was verified; no connection was tried (production')
  expect(summary).toContain('The cache was not probed: `probe-from` is `none`.')
  expect(stage.api.read('StatefulSet', namespace, 'redis')).toBeDefined()
})

test('changes nothing when deployed again, and still forces a sync of the Secret', async () => {
  const { outputs } = await run()
  expect(outputs).toMatchObject({ verdict: 'passed', changed: 'false', unchanged: '1' })
})

test('forces no sync in a plan, and checks the existing Secret', async () => {
  const annotation = () => stage.api.read('ExternalSecret', namespace, 'redis-credentials')?.metadata.annotations
  const before = annotation()
  const { outputs, summary } = await run({ 'dry-run': 'server', 'remote-secret': 'clinic/cache' })
  expect(outputs).toMatchObject({ verdict: 'planned', changed: 'true', configured: '1' })
  expect(summary).toContain('### 📋 Plan: 1 to change')
  expect(summary).toContain('Secret key host')
  expect(annotation()).toEqual(before)
})

test('verifies all but the freshness for manifests without an ExternalSecret', async () => {
  const workspace = await mkdtemp(join(tmpdir(), 'workspace-'))
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'cache-of-clinic' }, data: { a: 'b' } }
  await writeFile(join(workspace, 'kustomization.yaml'), JSON.stringify({ resources: ['config.yaml'] }))
  await writeFile(join(workspace, 'config.yaml'), JSON.stringify(configMap))
  try {
    const inputs = { environment: 'clinic', manifests: '.', 'probe-from': 'none' }
    const { outputs, summary } = await deploy(place, inputs, { workspace })
    expect(outputs).toMatchObject({ verdict: 'passed', topology: 'managed', created: '1' })
    expect(summary).toContain('| ⚠️ | synced with AWS | not compared: the manifests have no ExternalSecret')
    expect(summary).toContain('| ✅ | Secret key url |')
  } finally {
    await rm(workspace, { recursive: true })
  }
})

test('fails within seconds on a field that is missing in AWS', async () => {
  const { url: _url, ...rest } = fields
  stage.api.operator.hold('hospital-erp/redis', rest)
  const { outputs, summary } = await run()
  expect(outputs['failure-code']).toBe('external-secret-error')
  expect(summary).toContain('url')
})
