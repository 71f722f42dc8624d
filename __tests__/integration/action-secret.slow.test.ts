import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { expectNoSecret } from '../support/captured.ts'
import { type Deployment, deploy } from '../support/cluster/deploy.ts'
import type { TestNamespace } from '../support/cluster/namespace.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { verify } from '../support/verify.ts'
import { workspaceWith } from '../support/workspace.ts'
import { namespace } from './rendering.ts'

let stage: Stage
let place: TestNamespace

beforeAll(async () => {
  stage = await startStage()
  const refuse = () => Promise.reject(new Error('there is no cluster behind this namespace'))
  place = {
    name: namespace,
    kubeconfig: stage.kubeconfig,
    kubectl: refuse,
    apply: refuse,
    redisCli: refuse,
    credential: refuse,
    [Symbol.asyncDispose]: async () => {}
  }
})
afterAll(async () => stage[Symbol.asyncDispose]())

/** The Secret as somebody else wrote it, with the password that Redis has. */
const secretOf = (host: string, urlPassword = stage.password) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'redis-credentials', namespace },
  stringData: { host, port: '6379', password: stage.password, url: `redis://:${urlPassword}@${host}:6379` }
})

/** Puts that Secret there in the place of any other. */
function keep(...fields: Parameters<typeof secretOf>): void {
  stage.api.remove('Secret', namespace, 'redis-credentials')
  stage.api.seed(secretOf(...fields), { fieldManager: 'kubectl' })
}

const run = async (...[inputs, options]: [Record<string, string>?, { workspace?: string }?]): Promise<Deployment> => {
  const deployment = await deploy(place, inputs, options)
  expectNoSecret(deployment.captured, [stage.password, stage.api.token])
  return deployment
}

// In order: each test goes on from what the one before it left.
test('keeps a Secret that directs applications elsewhere, and reports it in a deployment', async () => {
  keep('cache.other.svc')
  const { outputs, summary } = await run()
  expect(outputs['verdict']).toBe('passed')
  expect(summary).toContain(
    '- Secret/redis-credentials names an address that belongs to no Service in these manifests (cache.other'
  )
})

test('reports a Secret that directs applications elsewhere in a verification', async () => {
  const { outputs, summary } = await verify(place)
  expect(outputs['verdict']).toBe('passed')
  expect(summary).toContain(
    '- Secret/redis-credentials names an address that belongs to no Service in these manifests (cache.other'
  )
})

test('reports nothing about a Secret with the short name of the Service', async () => {
  keep('redis')
  const { outputs, summary } = await run()
  expect(outputs['verdict']).toBe('passed')
  expect(summary).not.toContain('names an address')
})

test('refuses a Secret whose host is the pod that reads it, before it writes, in plan and verification', async () => {
  keep('localhost')
  const first = stage.api.requests.length
  const runs = [await run(), await run({ 'dry-run': 'server' }), await verify(place)]
  for (const { outputs, summary } of runs) {
    expect(outputs['failure-code']).toBe('secret-field')
    expect(summary).toContain('leads no client to Redis: key host is the loopback address (localhost)')
  }
  const wrote = stage.api.requests
    .slice(first)
    .filter(({ method, query }) => method !== 'GET' && query.get('dryRun') === null)
  expect(wrote).toEqual([])
})

test('fails for a Secret that names a Service which nobody has, and reports one that others have', async () => {
  keep('proxy')
  for (const { outputs, summary } of [await run(), await verify(place)]) {
    expect(outputs['failure-code']).toBe('secret-field')
    expect(summary).toContain('key host names Service/proxy, which is neither in the manifests nor in the namespace')
  }
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'proxy', namespace } }
  stage.api.seed({ ...service, spec: { ports: [{ port: 6379 }] } }, { fieldManager: 'kubectl' })
  const { outputs, summary } = await run()
  expect(outputs['verdict']).toBe('passed')
  expect(summary).toContain('names an address that belongs to no Service in these manifests (proxy')
})

test('refuses a Secret whose URL has another password in deployment, plan and verification', async () => {
  keep('redis', 'the-one-before')
  const [deployed, planned, verified] = [await run(), await run({ 'dry-run': 'server' }), await verify(place)]
  for (const { outputs, summary } of [deployed, planned, verified]) {
    expect(outputs['failure-code']).toBe('secret-field')
    expect(summary).toContain('key url has a different password than key password')
    expect(summary).not.toContain('the-one-before')
  }
})

test('refuses a password beside manifests with the Secret before any request to the cluster', async () => {
  const files = {
    'deploy/redis/secret.json': JSON.stringify(secretOf('redis')),
    'deploy/redis/kustomization.yaml': JSON.stringify({ resources: ['../manifests/base', 'secret.json'] })
  }
  await using workspace = await workspaceWith([], files)
  const before = stage.api.requests.length
  const inputs = { manifests: 'deploy/redis', 'redis-password': 'another-password-1' }
  // Not by `run`: the manifest that was rendered is a file of this run, and has the Secret.
  const { outputs, summary } = await deploy(place, inputs, { workspace: workspace.path })
  expect(outputs['failure-code']).toBe('invalid-input')
  expect(summary).toContain('these manifests include Secret/redis-credentials')
  expect(stage.api.requests.length).toBe(before)
  const without = await deploy(place, { manifests: 'deploy/redis' }, { workspace: workspace.path })
  expect(without.outputs['verdict']).toBe('passed')
  expectNoSecret([without.output, without.summary].join('\n'), [stage.password])
})
