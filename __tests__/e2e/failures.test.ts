import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { type Deployment, deploy, expectClean } from '../support/cluster/deploy.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'
import { configPatch, statefulSetPatch, workspaceWith } from '../support/workspace.ts'

// Tests of faults: what fails now and then is what they look for.
jest.retryTimes(0)

let namespace: TestNamespace

beforeEach(async () => {
  namespace = await testNamespace()
})
afterEach(async () => namespace[Symbol.asyncDispose]())

/** Every failure is said in the same way: one annotation, the same word as output and in the first line of the summary. */
async function expectFailure(deployment: Deployment, code: string, ...said: (string | RegExp)[]): Promise<void> {
  expect(deployment.rendered).toContain(`verdict: failed, ${code}`)
  expect(deployment.conclusion).toBe('failure')
  expect(deployment.outputs).toMatchObject({ verdict: 'failed', 'failure-code': code })
  expect(deployment.summary.split('\n')[0]).toContain(`\`${code}\``)
  const annotations = deployment.annotations.filter(({ source }) => source === 'step')
  expect(annotations).toHaveLength(1)
  expect(annotations[0]).toMatchObject({ level: 'error', properties: { title: `Redis cache: ${code}` } })
  for (const words of said) expect(annotations[0]?.message).toMatch(words)
  expect(annotations[0]?.message).toContain('\nNext: ')
  await expectClean(deployment, namespace)
}

/** Milliseconds of the step that talks to the cluster. */
const deployTime = ({ steps }: Deployment) => steps.find(({ id }) => id === 'deploy')?.milliseconds

describe('a permanent failure', () => {
  test('is reported within seconds for a missing image', async () => {
    const image = 'docker.io/library/redis:0.0.0-missing'
    const deployment = await deploy(namespace, { 'redis-image': image })
    await expectFailure(
      deployment,
      'image-pull',
      `the image ${image} of container redis cannot be pulled`,
      'redis-image'
    )
    expect(deployTime(deployment)).toBeLessThan(60_000)
    expect(deployment.summary).toContain('Failed to pull image')
  })

  test('is reported within seconds for a Secret with a missing key', async () => {
    await namespace.kubectl(
      'create',
      'secret',
      'generic',
      'redis-credentials',
      '--from-literal=host=redis',
      '--from-literal=port=6379',
      '--from-literal=password=only-this-one'
    ) // prettier-ignore
    const deployment = await deploy(namespace)
    await expectFailure(deployment, 'secret-field', 'key url is missing', 'redis-password')
    expect(await namespace.kubectl('get', 'statefulsets', '--output=name')).toBe('')
  })

  test('is reported within seconds for a container that needs a missing key', async () => {
    const env = { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'redis-credentials', key: 'token' } } }
    await using workspace = await workspaceWith([
      statefulSetPatch({ op: 'add', path: '/spec/template/spec/containers/0/env', value: [env] })
    ])
    const deployment = await deploy(namespace, { manifests: 'deploy/redis' }, { workspace: workspace.path })
    await expectFailure(deployment, 'config-error', /couldn't find key token in Secret/)
    expect(deployTime(deployment)).toBeLessThan(60_000)
  })

  test('is reported within seconds for a memory limit that Redis exceeds', async () => {
    const deployment = await deploy(namespace, { maxmemory: '1mb', 'memory-limit': '4Mi' })
    await expectFailure(deployment, 'oom-killed', 'container redis', '4Mi', 'memory-limit')
    expect(deployTime(deployment)).toBeLessThan(60_000)
  })

  test('is reported within seconds for an invalid redis.conf, with the message of redis-server', async () => {
    await using workspace = await workspaceWith([
      configPatch('maxmemory-policy.conf', 'maxmemory-policy newest-first\n')
    ])
    const deployment = await deploy(namespace, { manifests: 'deploy/redis' }, { workspace: workspace.path })
    await expectFailure(deployment, 'crash-loop', 'container redis exited with code 1 right after starting')
    expect(deployment.summary).toContain('newest-first')
    expect(deployTime(deployment)).toBeLessThan(60_000)
  })

  test('is reported once for a missing namespace', async () => {
    // Only an administrator can learn that: for everybody else there is no Role either.
    const missing = { ...namespace, kubeconfig: process.env['KUBECONFIG'] ?? '', name: `${namespace.name}-missing` }
    const deployment = await deploy(missing)
    await expectFailure(
      deployment,
      'namespace-missing',
      /^namespace \S+-missing cannot be used: namespaces "\S+" not found\n/
    )
    expect(deployTime(deployment)).toBeLessThan(5_000)
  })
})

describe('an impossible deployment', () => {
  test('is reported for an identity without permissions', async () => {
    await namespace.kubectl('delete', 'rolebinding', 'redis-cache-deployer')
    const deployment = await deploy(namespace)
    await expectFailure(deployment, 'forbidden', 'cannot get resource "secrets"', 'manifests/rbac')
  })

  test('is reported for an unreachable API server', async () => {
    const nowhere = { apiVersion: 'v1', kind: 'Config', 'current-context': 'c' }
    const clusters = [{ name: 'c', cluster: { server: 'https://127.0.0.1:1', 'insecure-skip-tls-verify': true } }]
    const users = [{ name: 'u', user: { token: 'a-token-of-nowhere' } }]
    const contexts = [{ name: 'c', context: { cluster: 'c', user: 'u' } }]
    const kubeconfig = Buffer.from(JSON.stringify({ ...nowhere, clusters, users, contexts })).toString('base64')
    const deployment = await deploy(namespace, { kubeconfig })
    await expectFailure(deployment, 'cluster-unreachable', 'ECONNREFUSED', 'kubectl cluster-info')
    await expectClean(deployment, namespace, 'a-token-of-nowhere')
  })
})

test('is reported for a running Redis with another configuration', async () => {
  expect((await deploy(namespace)).outputs['verdict']).toBe('passed')
  await namespace.redisCli('config', 'set', 'appendonly', 'no')
  await namespace.redisCli('config', 'set', 'maxmemory', '512mb')
  const deployment = await deploy(namespace)
  await expectFailure(
    deployment,
    'config-drift',
    'maxmemory: 536870912 in force, 268435456 rendered',
    'appendonly: no in force'
  )
  await namespace.redisCli('config', 'set', 'appendonly', 'yes')
  await namespace.redisCli('config', 'set', 'maxmemory', '256mb')
  await namespace.redisCli('config', 'set', 'maxmemory-policy', 'allkeys-lru')

  await namespace.redisCli('acl', 'setuser', 'default', 'nopass')
  const open = await deploy(namespace)
  await expectFailure(open, 'redis-open', 'without a password: PING was answered with PONG')

  await namespace.redisCli('acl', 'setuser', 'default', 'resetpass', '>another-password-1')
  const refused = await deploy(namespace)
  await expectFailure(refused, 'redis-auth', 'rejects the password of Secret/redis-credentials', 'delete pod redis-0')
})
