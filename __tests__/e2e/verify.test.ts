import { isDeepStrictEqual } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { expectNoSecret } from '../support/captured.ts'
import { deploy } from '../support/cluster/deploy.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'
import { type Reader, readerOf } from '../support/cluster/reader.ts'
import type { NodeActionResult } from '../support/node-action.ts'
import { verify } from '../support/verify.ts'
import { deployInto } from './deploying.ts'

let namespace: TestNamespace
let reader: Reader

beforeAll(async () => {
  namespace = await testNamespace()
  reader = await readerOf(namespace)
  await deployed()
})
afterAll(async () => namespace[Symbol.asyncDispose]())

/** Everything as the manifests have it, whoever changed it meanwhile. */
const deployed = () => deployInto(namespace)

/** Verifies as the reader; no secret is in any byte that is left. */
async function run(inputs: Record<string, string> = {}): Promise<NodeActionResult> {
  const result = await verify(reader, inputs)
  expectNoSecret(result.captured, await Promise.all(['password', 'url'].map((key) => namespace.credential(key))))
  expect(result.leftovers).toEqual([])
  return result
}

const said = ({ annotations }: NodeActionResult) => annotations.map(({ message }) => message).join('\n')

/** Every object of the namespace with its version; events come and go. */
async function versions(): Promise<string[]> {
  const listed = await namespace.kubectl('api-resources', '--verbs=list', '--namespaced', '--output=name')
  const kinds = listed.split('\n').filter((kind) => kind !== '' && !kind.startsWith('events'))
  const path = '{range .items[*]}{.kind}/{.metadata.name} {.metadata.resourceVersion}{"\\n"}{end}'
  const text = await namespace.kubectl('get', kinds.join(','), `--output=jsonpath=${path}`, '--ignore-not-found')
  return text.trim().split('\n').sort()
}

describe('a verification of a fresh deployment', () => {
  test('passes and leaves every object of the namespace unchanged', async () => {
    const pairs: string[][][] = []
    // Controllers write now and then: it is enough that nobody did once.
    for (let attempt = 1; attempt <= 5; attempt++) {
      const before = await versions()
      const result = await run()
      expect(said(result)).toBe('')
      expect(result.outputs).toMatchObject({
        verdict: 'passed',
        topology: 'self-hosted',
        'maxmemory-bytes': '268435456'
      })
      expect(result.summary).toContain('is healthy and as configured')
      expect(result.summary).toContain('5 objects are as rendered')
      expect(before.length).toBeGreaterThan(8)
      pairs.push([before, await versions()])
      if (isDeepStrictEqual(...(pairs.at(-1) as [string[], string[]]))) break
    }
    const [before, after] = pairs.at(-1) ?? []
    expect(after).toEqual(before)
  })

  test('passes with the inputs of the deployment, and reports others', async () => {
    const inputs = { maxmemory: '100mb', 'memory-limit': '0.25Gi', 'maxmemory-policy': 'volatile-ttl' }
    await deployInto(namespace, { maxmemory: '100mb', memoryLimit: '0.25Gi', maxmemoryPolicy: 'volatile-ttl' })
    expect((await run(inputs)).outputs['verdict']).toBe('passed')
    const result = await run()
    expect(result.outputs['failure-code']).toBe('config-drift')
    expect(said(result)).toContain('.data.maxmemory.conf line 1 is "maxmemory 100mb", rendered: "maxmemory 256mb"')
    expect(said(result)).toContain(
      'resources.limits.memory is "256Mi", rendered: "512Mi" (written by redis-cache-action'
    )
    expect(said(result)).toContain('Also: maxmemory: 104857600 in force, 268435456 rendered')
    await deployed()
  })
})

describe('a verification of a changed cluster', () => {
  afterEach(deployed)

  test('reports another pod with the labels of the Service, as a deployment does', async () => {
    const image = await namespace.kubectl('get', 'pod', 'redis-0', '--output=jsonpath={.spec.containers[0].image}')
    await namespace.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'shop-0', labels: { 'app.kubernetes.io/name': 'redis' } },
      spec: {
        terminationGracePeriodSeconds: 0,
        securityContext: { runAsNonRoot: true, runAsUser: 999, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'shop',
            image,
            command: ['sleep', '3600'],
            ports: [{ name: 'redis', containerPort: 6379 }],
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }
          }
        ]
      }
    })
    await namespace.kubectl('wait', '--for=condition=Ready', 'pod/shop-0', '--timeout=60s')
    const words =
      /^Service\/redis in namespace \S+, .* leads not to redis-0 alone, but also to Pod shop-0 \(\S+\) \(seen for [^)]+\)\nNext: /
    const result = await run()
    expect(result.outputs['failure-code']).toBe('service-mismatch')
    expect(said(result)).toMatch(words)
    const deployment = await deploy(namespace)
    expect(deployment.outputs['failure-code']).toBe('service-mismatch')
    expect(deployment.annotations.map(({ message }) => message).join('\n')).toMatch(words)
    await namespace.kubectl('delete', 'pod', 'shop-0')
    expect(said(await run())).toBe('')
  })

  test('reports a configuration changed by kubectl', async () => {
    await namespace.kubectl(
      'patch',
      'configmap',
      'redis-config',
      '--patch={"data":{"maxmemory.conf":"maxmemory 1gb\\n"}}'
    )
    const result = await run()
    expect(result.outputs['failure-code']).toBe('config-drift')
    expect(said(result)).toMatch(
      /^ConfigMap\/redis-config: \.data\.maxmemory\.conf line 1 is "maxmemory 1gb", rendered: "maxmemory 256mb" \(written by kubectl-patch at \S+\)\nNext: deploy again, with `force-conflicts: true`/
    )
    // Redis has not read it yet, and is asked all the same.
    expect(result.outputs['maxmemory-bytes']).toBe('268435456')
  })

  test('reports a changed NetworkPolicy', async () => {
    const patch = JSON.stringify([{ op: 'add', path: '/spec/ingress/0/from/0/namespaceSelector', value: {} }])
    await namespace.kubectl('patch', 'networkpolicy', 'redis', '--type=json', `--patch=${patch}`)
    const result = await run()
    expect(result.outputs['failure-code']).toBe('config-drift')
    expect(said(result)).toContain(
      'NetworkPolicy/redis: .spec.ingress[0].from[0].namespaceSelector is present but is not'
    )
  })

  test('reports changed replicas and the missing redis-0', async () => {
    await namespace.kubectl('scale', 'statefulset', 'redis', '--replicas=0')
    await namespace.kubectl('wait', '--for=delete', 'pod/redis-0', '--timeout=60s')
    const result = await run()
    expect(result.outputs['failure-code']).toBe('config-drift')
    expect(said(result)).toMatch(/^StatefulSet\/redis: \.spec\.replicas is 0, rendered: 1/)
    expect(said(result)).toContain('Also: redis-0 is not Ready now: waiting for pod redis-0 to be created')
  })

  test('reports a deleted object', async () => {
    await namespace.kubectl('delete', 'service', 'redis')
    expect(said(await run())).toBe('Service/redis is missing\nNext: deploy again')
  })

  test('reports settings changed by redis-cli', async () => {
    await namespace.redisCli('config', 'set', 'maxmemory', '300mb')
    const result = await run()
    await namespace.redisCli('config', 'set', 'maxmemory', '256mb')
    expect(result.outputs['failure-code']).toBe('config-drift')
    expect(said(result)).toMatch(
      /^maxmemory: 314572800 in force, 268435456 rendered\. memory limit: maxmemory 300 MiB is in force, /
    )
    expect(result.summary).toContain('| drift | ✅ |')
  })

  test.each([
    [
      'a user that was added live',
      ['setuser', 'evil', 'on', 'nopass', '~*', '+@all'],
      ['deluser', 'evil'],
      'user evil'
    ],
    [
      'a second password',
      ['setuser', 'default', '>another-1'],
      ['setuser', 'default', '<another-1'],
      'user default has'
    ]
  ])('reports %s', async (_, plant, heal, who) => {
    await namespace.redisCli('acl', ...plant)
    const result = await run()
    await namespace.redisCli('acl', ...heal)
    expect(result.outputs['failure-code']).toBe('redis-open')
    expect(said(result)).toContain(`users: ${who}`)
  })

  test('reports a variable that another client added, with the command to remove it', async () => {
    await namespace.kubectl('set', 'env', 'statefulset/redis', '--containers=redis', 'DEBUG=1')
    await namespace.kubectl('rollout', 'status', 'statefulset/redis', '--timeout=90s')
    const result = await run()
    expect(result.outputs['failure-code']).toBe('config-drift')
    expect(said(result)).toMatch(
      /^StatefulSet\/redis: \.spec\.template\.spec\.containers\[name="redis"\]\.env is present but is not rendered.*\nNext: remove the fields that are not in your manifests: `kubectl -n \S+ patch statefulset redis --type=json -p '\[.*"op":"remove","path":"\/spec\/template\/spec\/containers\/0\/env"\}\]'`/
    )
    await namespace.kubectl('set', 'env', 'statefulset/redis', '--containers=redis', 'DEBUG-')
    await namespace.kubectl('rollout', 'status', 'statefulset/redis', '--timeout=90s')
    await deployed()
    expect(said(await run())).toBe('')
  })
})

describe('a verification without a working redis-0', () => {
  test('reports a deleted pod that cannot come back', async () => {
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'none' }, spec: { hard: { pods: '0' } } }
    await namespace.apply(quota)
    await namespace.kubectl('wait', 'quota/none', '--for=jsonpath={.status.used}', '--timeout=120s')
    await namespace.kubectl('delete', 'pod', 'redis-0')
    const refused = () => namespace.kubectl('get', 'events', '--field-selector=reason=FailedCreate', '--output=name')
    while ((await refused()).trim() === '') await new Promise((resolve) => setTimeout(resolve, 200))
    const result = await run()
    await namespace.kubectl('delete', 'resourcequota', 'none')
    await namespace.kubectl('rollout', 'status', 'statefulset/redis', '--timeout=90s')
    expect(result.outputs['failure-code']).toBe('quota-exceeded')
    expect(said(result)).toContain('pod redis-0 is not created: ')
    expect(result.summary).toContain('| drift | ✅ |')
  })

  test('reports a changed image that does not exist, and the pod', async () => {
    const image = 'docker.io/oliver006/redis_exporter:v0.0.0'
    await namespace.kubectl('set', 'image', 'statefulset/redis', `metrics=${image}`)
    const reason = '{.status.containerStatuses[?(@.name=="metrics")].state.waiting.reason}'
    await namespace.kubectl('wait', '--for=delete', 'pod/redis-0', '--timeout=60s').catch(() => undefined)
    const seen = () => namespace.kubectl('get', 'pod', 'redis-0', `--output=jsonpath=${reason}`).catch(() => '')
    while (!(await seen()).includes('Pull')) await new Promise((resolve) => setTimeout(resolve, 200))
    const result = await run()
    expect(result.outputs['failure-code']).toBe('config-drift')
    expect(said(result)).toContain(
      `StatefulSet/redis: .spec.template.spec.containers[name="metrics"].image is "${image}", rendered: "docker.io/`
    )
    expect(said(result)).toContain(
      'Also: the image docker.io/oliver006/redis_exporter:v0.0.0 of container metrics cannot'
    )
    expect(result.summary).toContain('<details><summary>Events</summary>')
  })
})
