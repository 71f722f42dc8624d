import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { deploy, expectClean } from '../support/cluster/deploy.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'

let namespace: TestNamespace

beforeAll(async () => {
  namespace = await testNamespace()
})
afterAll(async () => namespace[Symbol.asyncDispose]())

const uid = () => namespace.kubectl('get', 'pod', 'redis-0', '--output=jsonpath={.metadata.uid}')
const live = async (name: string) => (await namespace.redisCli('config', 'get', name)).split('\n')[1]

// In order: each test goes on from what the one before it left in the cluster.
describe('an environment from its first deployment on', () => {
  test('is created and proven with a generated password', async () => {
    const deployment = await deploy(namespace)
    expect(deployment.rendered).toContain('verdict: passed')
    expect(deployment.conclusion).toBe('success')
    expect(deployment.outputs).toMatchObject({
      verdict: 'passed',
      'failure-code': '',
      topology: 'self-hosted',
      changed: 'true',
      created: '6',
      configured: '0',
      unchanged: '0',
      'maxmemory-bytes': '268435456'
    })
    await expectClean(deployment, namespace)

    expect(await namespace.redisCli('ping')).toBe('PONG')
    expect(await live('maxmemory')).toBe('268435456')
    expect(await live('maxmemory-policy')).toBe('allkeys-lru')
    expect(await live('save')).toBe('900 1 300 10 60 10000')
    const password = await namespace.credential('password')
    expect(password).toMatch(/^[\w-]{32}$/)
    expect(await namespace.credential('host')).toBe(`redis.${namespace.name}.svc`)
    expect(await namespace.credential('port')).toBe('6379')
    expect(await namespace.credential('url')).toBe(`redis://:${password}@redis.${namespace.name}.svc:6379`)
    const revision = await namespace.kubectl(
      'get',
      'statefulset',
      'redis',
      '--output=jsonpath={.status.updateRevision}'
    )
    expect(deployment.outputs['revision']).toBe(revision)
  })

  test('refuses clients without a password, and handles SIGTERM', async () => {
    const answer = await namespace.kubectl('exec', 'redis-0', '-c', 'redis', '--', 'redis-cli', 'ping')
    expect(answer).toContain('NOAUTH')
    const first = await namespace.kubectl('exec', 'redis-0', '-c', 'redis', '--', 'cat', '/proc/1/comm')
    expect(first.trim()).toBe('redis-server')
  })

  test('is not changed or restarted by an identical deployment', async () => {
    const before = await uid()
    const deployment = await deploy(namespace)
    expect(deployment.outputs).toMatchObject({
      verdict: 'passed',
      changed: 'false',
      created: '0',
      configured: '0',
      unchanged: '6'
    })
    expect(deployment.summary).toContain('6 objects, none changed')
    expect(await uid()).toBe(before)
    await expectClean(deployment, namespace)
  })

  test('gets a new maxmemory by a restart of the pod', async () => {
    const before = await uid()
    const deployment = await deploy(namespace, { maxmemory: '100mb', 'maxmemory-policy': 'volatile-ttl' })
    expect(deployment.outputs).toMatchObject({ verdict: 'passed', configured: '2', 'maxmemory-bytes': '104857600' })
    expect(deployment.rendered).toContain('StatefulSet/redis configured (configuration changed)')
    expect(await uid()).not.toBe(before)
    expect(await live('maxmemory')).toBe('104857600')
    expect(await live('maxmemory-policy')).toBe('volatile-ttl')
    await expectClean(deployment, namespace)
  })

  test('gets a new password by a restart of the pod, and then refuses the old one', async () => {
    const old = await namespace.credential('password')
    const next = 'n€w "pass" #1 \\ $HOME'
    const deployment = await deploy(namespace, { 'redis-password': next, maxmemory: '100mb' })
    expect(deployment.rendered).toContain('StatefulSet/redis configured (configuration and password changed)')
    expect(deployment.summary).toContain('redis-credentials changes in password, url')
    expect(deployment.outputs).toMatchObject({ verdict: 'passed', changed: 'true' })
    expect(await namespace.credential('password')).toBe(next)
    expect(await namespace.redisCli('ping')).toBe('PONG')
    const refused = await namespace.kubectl('exec', 'redis-0', '-c', 'redis', '--', 'redis-cli', 'auth', old)
    expect(refused).toContain('WRONGPASS')
    await expectClean(deployment, namespace, old, next)
  })

  test('keeps the password when none is given', async () => {
    const before = await namespace.credential('password')
    const deployment = await deploy(namespace, { maxmemory: '100mb' })
    expect(deployment.outputs).toMatchObject({ verdict: 'passed' })
    expect(await namespace.credential('password')).toBe(before)
    await expectClean(deployment, namespace)
  })

  test('keeps its data when the pod ends', async () => {
    await namespace.redisCli('set', 'patient-list', 'cached')
    await namespace.kubectl('delete', 'pod', 'redis-0')
    const deployment = await deploy(namespace, { maxmemory: '100mb' })
    expect(deployment.outputs['verdict']).toBe('passed')
    expect(await namespace.redisCli('get', 'patient-list')).toBe('cached')
  })
})
