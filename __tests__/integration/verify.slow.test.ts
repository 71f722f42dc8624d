import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Redis } from 'ioredis'
import { at } from '../../src/core/kubernetes/object.ts'
import type { ManifestDocument } from '../../src/core/manifest.ts'
import { expectNoSecret } from '../support/captured.ts'
import type { KubernetesObject } from '../support/kubernetes-api/server.ts'
import type { NodeActionResult } from '../support/node-action.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { verify } from '../support/verify.ts'
import { type Access, accessTo, applying } from './applying.ts'
import { documentsFor, namespace } from './rendering.ts'
import { rolling } from './rolling.ts'

let stage: Stage
let access: Access
let documents: ManifestDocument[]

beforeAll(async () => {
  stage = await startStage()
  access = await accessTo(stage.api)
  documents = await documentsFor()
})
afterAll(async () => {
  access[Symbol.dispose]()
  await stage[Symbol.asyncDispose]()
})

/** Everything as it is after a deploy. */
async function deployed(): Promise<void> {
  stage.api.behave({ kind: 'ready' })
  const { failure } = await applying(access, documents, { forceConflicts: true, redisPassword: stage.password })
  if (failure !== undefined) throw failure
  expect((await rolling({ access })).failure).toBeUndefined()
}

/** All objects of the namespace that matter, without the status that controllers may be writing. */
const objects = () =>
  [...documents.map(({ object }) => object), { kind: 'Secret', metadata: { name: 'redis-credentials' } }]
    .map(({ kind, metadata }) => stage.api.read(kind, namespace, metadata.name))
    .map((object) => (object?.kind === 'StatefulSet' ? object['spec'] : object?.metadata))

/** Verifies; whatever comes of it, nothing was written, no secret was shown, and nothing is left behind. */
async function run(
  inputs: Record<string, string> = {},
  options: Parameters<typeof verify>[2] = {}
): Promise<NodeActionResult> {
  const { api, password, kubeconfig } = stage
  const [before, first] = [objects(), api.requests.length]
  const result = await verify({ name: namespace, kubeconfig }, inputs, options)
  expect(api.requests.slice(first).filter(({ method }) => method !== 'GET')).toEqual([])
  expect(objects()).toEqual(before)
  expectNoSecret(result.captured, [password, encodeURIComponent(password), api.token])
  expect(result.leftovers).toEqual([])
  expect(result.exitCode).toBe(result.outputs['verdict'] === 'passed' ? 0 : 1)
  return result
}

const said = ({ annotations }: NodeActionResult) => annotations.map(({ message }) => message)

/** Puts an object there as somebody else would have. */
function change(kind: string, name: string, edit: (object: KubernetesObject) => void): void {
  const object = stage.api.read(kind, namespace, name)
  if (object === undefined) throw new Error(`there is no ${kind}/${name}`)
  edit(object)
  stage.api.seed(object, { fieldManager: 'kubectl-edit' })
}

const openToAll = (policy: KubernetesObject) => Reflect.set(Object(policy['spec']), 'ingress', [{}])

describe('a verification right after a deployment', () => {
  beforeAll(deployed)

  test('passes with everything as rendered, healthy and proven', async () => {
    const result = await run()
    expect(result.annotations).toEqual([])
    expect(result.outputs).toMatchObject({
      verdict: 'passed',
      'failure-code': '',
      topology: 'self-hosted',
      manifest: expect.stringMatching(/\/manifest\.yaml$/),
      report: expect.stringMatching(/\/summary\.md$/),
      revision: at(stage.api.read('StatefulSet', namespace, 'redis'), 'status', 'updateRevision'),
      'redis-version': expect.stringMatching(/\d+\.\d+/),
      'used-memory-bytes': expect.stringMatching(/^\d+$/),
      'maxmemory-bytes': '268435456'
    })
    expect(result.summary).toMatch(
      /^### ✅ Redis \S+.* is healthy and as configured, asked through a port-forward; the path of a backend was not tried \(staging, namespace `default`\)\n/
    )
    expect(result.summary).toContain('| drift | ✅ |')
    expect(result.summary).toContain('5 objects are as rendered')
    expect(result.summary).toContain('| ✅ | StatefulSet/redis as rendered | every rendered field |')
    expect(result.summary).toContain('| rollout | ✅ |')
    expect(result.summary).toMatch(
      /\| ✅ \| Service\/redis \| leads to redis-0 alone, at 10\.244\.0\.\d+, port 6379 \|/
    )
    expect(result.summary).toContain(
      '- Redis was asked through a port-forward, which bypasses Service and NetworkPolicy;'
    )
    expect(result.rendered).toContain('verdict: passed')
    expect(result.masks).toContain(stage.password)
  })

  test('passes without a probe if it is switched off', async () => {
    const result = await run({ 'probe-from': 'none' })
    expect(result.outputs).toMatchObject({ verdict: 'passed', 'redis-version': '' })
    expect(result.summary).toContain('no connection was tried')
    expect(result.summary).toContain('- Redis was not probed: `probe-from` is `none`.')
    expect(result.summary).not.toContain('| probe |')
  })

  test('reports other inputs than those of the deployment', async () => {
    const result = await run({ maxmemory: '100mb' })
    expect(result.outputs).toMatchObject({ verdict: 'failed', 'failure-code': 'config-drift' })
    expect(said(result)[0]).toMatch(
      /^ConfigMap\/redis-config: \.data\.maxmemory\.conf line 1 is "maxmemory 256mb", rendered: "maxmemory 100mb" \(written by redis-cache-action at \S+\)\. Also: maxmemory: 268435456 in force, 104857600 rendered\nNext: use the manifests and inputs of the last deployment here/
    )
  })
})

describe('a verification after a change', () => {
  beforeEach(deployed)

  test('names the writer of a NetworkPolicy that admits everybody, and verifies the rest', async () => {
    change('NetworkPolicy', 'redis', openToAll)
    const result = await run()
    expect(result.outputs).toMatchObject({
      verdict: 'failed',
      'failure-code': 'config-drift',
      'redis-version': expect.stringMatching(/\d/)
    })
    expect(said(result)).toHaveLength(1)
    expect(said(result)[0]).toMatch(
      /^NetworkPolicy\/redis: \.spec\.ingress\[0\]\.from\[0\] is missing.*written by kubectl-edit.*\nNext: deploy again, with `force-conflicts: true`/
    )
    expect(result.summary).toMatch(/^### ❌ Redis cache failed: `config-drift`/)
    expect(result.summary).toContain('| drift | ❌ |')
    expect(result.summary).toContain('| probe | ✅ |')
    expect(result.summary).toContain('| ❌ | NetworkPolicy/redis as rendered |')
  })

  test('names a changed default that is not rendered', async () => {
    const strategy = (updateStrategy: object) =>
      change('StatefulSet', 'redis', ({ spec }) => Reflect.set(Object(spec), 'updateStrategy', updateStrategy))
    strategy({ type: 'OnDelete' })
    const result = await run()
    strategy({ type: 'RollingUpdate', rollingUpdate: { partition: 0 } })
    expect(result.outputs['failure-code']).toBe('config-drift')
    expect(said(result)[0]).toMatch(
      /^StatefulSet\/redis: \.spec\.updateStrategy\.type is "OnDelete" but is not rendered \(written by kubectl-edit at \S+\)\nNext: remove the fields/
    )
    expect((await run()).outputs['verdict']).toBe('passed')
  })

  test('names a missing Service', async () => {
    stage.api.remove('Service', namespace, 'redis')
    const result = await run()
    expect(result.outputs['failure-code']).toBe('config-drift')
    expect(said(result)).toEqual(['Service/redis is missing\nNext: deploy again'])
  })

  test('names a Service that selects other pods, and does not wait for its endpoints', async () => {
    change('Service', 'redis', ({ spec }) => Reflect.set(Object(spec), 'selector', { app: 'other' }))
    const result = await run()
    change('Service', 'redis', ({ spec }) =>
      Reflect.set(Object(spec), 'selector', { 'app.kubernetes.io/name': 'redis' })
    )
    expect(result.outputs['failure-code']).toBe('config-drift')
    expect(said(result)[0]).toMatch(/^Service\/redis: \.spec\.selector/)
    expect(result.summary).not.toContain('| service |')
    expect(result.summary).toContain('| probe | ✅ |')
  })

  test('stops after a missing StatefulSet', async () => {
    stage.api.remove('StatefulSet', namespace, 'redis')
    const result = await run()
    expect(said(result)).toEqual(['StatefulSet/redis is missing\nNext: deploy again'])
    expect(result.summary).not.toContain('| rollout |')
  })

  test('reports by the probe what a client changed in Redis', async () => {
    const redis = new Redis({ port: stage.redis.port, host: '127.0.0.1', password: stage.password })
    try {
      await redis.call('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
      const result = await run()
      expect(result.outputs['failure-code']).toBe('config-drift')
      expect(said(result)[0]).toMatch(
        /^maxmemory-policy: noeviction in force, allkeys-lru rendered\nNext: restart the pod/
      )
      expect(result.summary).toContain('| drift | ✅ |')
    } finally {
      await redis.call('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
      redis.disconnect()
    }
  })

  test('reports the missing Secret of the applications', async () => {
    stage.api.remove('Secret', namespace, 'redis-credentials')
    const result = await run()
    expect(result.outputs['failure-code']).toBe('secret-missing')
    expect(said(result)[0]).toMatch(/^Secret\/redis-credentials is missing in namespace default: /)
  })

  test('reports a missing key of the Secret', async () => {
    change('Secret', 'redis-credentials', (secret) => Reflect.deleteProperty(Object(secret['data']), 'url'))
    const result = await run()
    expect(result.outputs['failure-code']).toBe('secret-field')
    expect(said(result)[0]).toContain('key url is missing')
  })
})

describe('a verification of an unhealthy redis-0', () => {
  beforeEach(deployed)

  const again = () => stage.api.remove('Pod', namespace, 'redis-0')
  afterEach(() => {
    stage.api.behave({ kind: 'ready' })
    again()
  })

  const waiting = (reason: string) =>
    until(() => JSON.stringify(stage.api.read('Pod', namespace, 'redis-0')?.['status'] ?? '').includes(reason))

  test('reports a crashing container at once with its log', async () => {
    stage.api.behave({ kind: 'crash-loop', exitCode: 3, log: 'these are my last words\n' })
    again()
    // The second pause lasts longer than a slow machine takes to look.
    await waiting('back-off 20s')
    const result = await run()
    expect(result.outputs).toMatchObject({ verdict: 'failed', 'failure-code': 'crash-loop' })
    expect(result.summary).toContain('these are my last words')
    expect(result.summary).toContain('<details><summary>Events</summary>')
    expect(result.summary).toContain('| rollout | ❌ |')
  })

  test('does not wait for a pod that fits on no node', async () => {
    stage.api.behave({ kind: 'unschedulable' })
    again()
    await waiting('Unschedulable')
    expect((await run({ timeout: '1h' })).outputs['failure-code']).toBe('unschedulable')
  })

  test('fails for a pod that is starting', async () => {
    stage.api.behave({ kind: 'never-ready' })
    again()
    await waiting('running')
    const result = await run({ timeout: '1h' })
    expect(['rollout-timeout', 'probe-failing']).toContain(result.outputs['failure-code'])
    expect(said(result)[0]).toMatch(/^redis-0 is not Ready now: waiting for container redis to /)
  })

  test('reports drift and the unhealthy pod in one failure', async () => {
    change('NetworkPolicy', 'redis', openToAll)
    stage.api.behave({ kind: 'image-missing' })
    again()
    await waiting('ImagePull')
    const result = await run()
    expect(result.outputs['failure-code']).toBe('config-drift')
    expect(said(result)[0]).toMatch(/^NetworkPolicy\/redis: .*Also: the image \S+ of container redis cannot be pulled/)
    expect(result.annotations).toHaveLength(1)
    expect(result.summary).toMatch(
      /\| drift \| ❌ \| .* \| `config-drift` \|\n\| rollout \| ❌ \| .* \| `image-pull` \|/
    )
  })
})

describe('a verification beside another pod with the labels of Redis', () => {
  beforeAll(deployed)
  afterAll(() => stage.api.remove('Pod', namespace, 'shop-0'))

  test('names the pod that gets a share of the clients', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'shop-0', namespace, labels: { 'app.kubernetes.io/name': 'redis' } },
      spec: { containers: [{ name: 'redis', image: 'redis', ports: [{ name: 'redis', containerPort: 6379 }] }] },
      status: {
        phase: 'Running',
        podIP: '10.244.9.9',
        podIPs: [{ ip: '10.244.9.9' }],
        conditions: [{ type: 'Ready', status: 'True' }]
      }
    }
    stage.api.seed(pod)
    const result = await run()
    expect(result.outputs['failure-code']).toBe('service-mismatch')
    expect(said(result)[0]).toMatch(
      /^Service\/redis in namespace default, .* leads not to redis-0 alone, but also to Pod shop-0 \(10\.244\.9\.9\) \(seen for [^)]+\)\nNext: /
    )
    expect(result.summary).toContain('| service | ❌ |')
  })
})

describe('a verification that is not possible', () => {
  beforeAll(deployed)

  test('notes the rule to add where it may not see where the Service leads', async () => {
    const message =
      'endpointslices.discovery.k8s.io is forbidden: User "system:serviceaccount:default:reader" cannot list resource "endpointslices" in API group "discovery.k8s.io" in the namespace "default"'
    const body = { kind: 'Status', status: 'Failure', reason: 'Forbidden', code: 403, message }
    stage.api.fault({ path: /\/endpointslices$/, reply: { status: 403, body } })
    const result = await run()
    expect(result.outputs['verdict']).toBe('passed')
    expect(result.summary).toContain('Whether Service/redis leads to redis-0 alone was not checked')
    expect(result.summary).toContain('- {apiGroups: ["discovery.k8s.io"], resources: [endpointslices], verbs: [list]}')
  })

  test('names the missing permission to read an object', async () => {
    const message =
      'networkpolicies.networking.k8s.io "redis" is forbidden: User "system:serviceaccount:default:reader" cannot get resource "networkpolicies" in API group "networking.k8s.io" in the namespace "default"'
    const body = { kind: 'Status', status: 'Failure', reason: 'Forbidden', code: 403, message }
    stage.api.fault({ path: /networkpolicies\/redis$/, reply: { status: 403, body } })
    const result = await run()
    expect(result.outputs['failure-code']).toBe('forbidden')
    expect(said(result)[0]).toMatch(
      /^cannot read NetworkPolicy\/redis in namespace default: .*\nNext: grant the Role in manifests\/rbac-reader .*resourceNames: \["redis"\], verbs: \[get\]}`$/
    )
  })

  test('names a missing namespace', async () => {
    const result = await run({ namespace: 'nowhere' })
    expect(result.outputs['failure-code']).toBe('namespace-missing')
    expect(said(result)).toEqual([
      'namespace nowhere does not exist\nNext: correct the inputs `namespace` and `context`, or deploy first'
    ])
  })

  test('is refused from inside the cluster, together with all other invalid inputs', async () => {
    const result = await run({ 'probe-from': 'cluster', maxmemory: '256Mi', timeout: 'soon' })
    expect(result.outputs).toMatchObject({ verdict: 'failed', 'failure-code': 'invalid-input' })
    expect(result.outputs).not.toHaveProperty('manifest')
    for (const problem of [/maxmemory is "256Mi"/, /timeout is "soon"/, /probe-from is "cluster".*creates nothing/])
      expect(said(result)[0]).toMatch(problem)
  })

  test('is refused for ElastiCache where Redis runs in the cluster', async () => {
    const result = await run({ 'elasticache-replication-group': 'cache' })
    expect(result.outputs['failure-code']).toBe('invalid-input')
    expect(said(result)[0]).toContain('the input elasticache-replication-group would have no effect')
  })
})

describe('a cancelled verification', () => {
  beforeAll(deployed)

  test.each([
    ['while the API server is silent', /configmaps/, () => stage.api.fault({ path: /configmaps/, reply: 'hang' })],
    ['while Redis is silent', /portforward/, () => stage.api.silenceForwards()]
  ])('ends with its report %s', async (_, path, disturb) => {
    disturb()
    const first = stage.api.requests.length
    const job = new AbortController()
    const running = run({}, { signal: job.signal })
    await until(() => stage.api.requests.slice(first).some((request) => path.test(request.path)))
    job.abort()
    const result = await running
    stage.api.silenceForwards(false)
    expect(result.outputs).toMatchObject({ verdict: 'failed', 'failure-code': 'cancelled' })
    expect(said(result)).toEqual([expect.stringContaining('the run was cancelled (SIGINT) during')])
    expect(result.summary.match(/^### /gm)).toHaveLength(1)
    expect(result.summary).toContain('❌ Redis cache failed: `cancelled`')
  })
})

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20)
}
