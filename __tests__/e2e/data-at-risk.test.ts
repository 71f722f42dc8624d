import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { planned } from '../integration/planning.ts'
import { type Deployment, deploy, expectClean } from '../support/cluster/deploy.ts'
import { kubectl } from '../support/cluster/kubectl.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'
import { type Planner, plannerOf } from '../support/cluster/planner.ts'
import { configPatch, type Workspace, workspaceWith } from '../support/workspace.ts'

// Tests of faults that lose data: what fails now and then is what they look for.
jest.retryTimes(0)

let namespace: TestNamespace

beforeEach(async () => {
  namespace = await testNamespace()
})
afterEach(async () => namespace[Symbol.asyncDispose]())

const keys = 201

async function fill(): Promise<void> {
  await namespace.redisCli('eval', `for i = 1, ${keys} do redis.call('set', 'patient:' .. i, i) end`, '0')
  expect(await namespace.redisCli('dbsize')).toBe(String(keys))
}

/** What a write would change: the generation of a StatefulSet is moved by no controller. */
const written = () =>
  Promise.all([
    namespace.kubectl(
      'get',
      'configmap,service,secret,networkpolicy',
      '--output=jsonpath={.items[*].metadata.resourceVersion}'
    ),
    namespace.kubectl('get', 'statefulset', 'redis', '--output=jsonpath={.metadata.generation}'),
    namespace.kubectl('get', 'pod', 'redis-0', '--output=jsonpath={.metadata.uid}')
  ])

/** What stands in backticks after "Next:" is typed into a shell. */
function commandsOf({ annotations }: Deployment): string[] {
  const message = annotations.find(({ source }) => source === 'step')?.message ?? ''
  const hint = message.slice(message.indexOf('\nNext: '))
  return [...hint.matchAll(/`([^`]+)`/g)].map(([, command = '']) => command)
}

async function typed(command: string): Promise<string> {
  return (await promisify(execFile)('sh', ['-ec', command], { env: process.env })).stdout
}

const said = ({ annotations }: Deployment) => annotations.find(({ source }) => source === 'step')?.message

describe('custom manifests without an append-only file', () => {
  let own: Workspace

  beforeEach(async () => {
    own = await workspaceWith([configPatch('redis.conf', redisConf)])
    const first = await deploy(namespace, { manifests: 'deploy/redis' }, { workspace: own.path })
    expect(first.rendered).toContain('verdict: passed')
  })
  afterEach(async () => own[Symbol.asyncDispose]())

  const redisConf = [
    'bind * -::*',
    'protected-mode yes',
    'dir /data',
    'appendonly no',
    'save 900 1',
    'include /etc/redis/maxmemory.conf',
    'include /etc/redis/maxmemory-policy.conf',
    'include /run/redis/auth.conf',
    ''
  ].join('\n')

  test('are replaced by those with one after it was switched on live, and no key is lost', async () => {
    await fill()
    const before = await written()
    await using planner: Planner = await plannerOf(namespace)
    const { plan } = await planned({ ...namespace, kubeconfig: planner.kubeconfig })
    expect(plan.dangers.map(({ rule }) => rule)).toContain('persistence-on')

    const passed = await deploy(namespace)
    expect(passed.rendered).toContain('verdict: passed')
    expect(passed.rendered).toContain('its append-only file is switched on and complete; 5 sentinel keys written')
    expect(passed.outputs).toMatchObject({ 'keys-before': String(keys), 'keys-after': String(keys) })
    expect(await namespace.redisCli('dbsize')).toBe(String(keys))
    expect((await namespace.redisCli('config', 'get', 'appendonly')).split('\n')[1]).toBe('yes')
    expect((await written())[2]).not.toBe(before[2])
    await expectClean(passed, namespace)
  })

  test('are not replaced where it cannot be switched on, and Redis goes on as before', async () => {
    await fill()
    // The folder of the append-only file cannot be made where a file has its name.
    await namespace.redisCli('save')
    await namespace.kubectl('exec', 'redis-0', '-c', 'redis', '--', 'sh', '-c', 'echo >/data/appendonlydir')
    const before = await written()
    const refused = await deploy(namespace)
    expect(refused.outputs).toMatchObject({ verdict: 'failed', 'failure-code': 'data-at-risk', changed: 'false' })
    expect(said(refused)).toContain('redis-0 was not touched')
    expect(await written()).toEqual(before)
    expect(await namespace.redisCli('dbsize')).toBe(String(keys))
    expect((await namespace.redisCli('config', 'get', 'appendonly')).split('\n')[1]).toBe('no')
    await expectClean(refused, namespace)
  })

  test.each([
    [
      'claim',
      ['--cascade=foreground'],
      /no StatefulSet\/redis is stored.* it was deployed with appendonly no.* lose every key/
    ]
  ])('are not replaced where their deleted StatefulSet left its %s', async (_, how, message) => {
    await fill()
    await namespace.redisCli('save')
    await namespace.kubectl('delete', 'statefulset', 'redis', ...how)
    const refused = await deploy(namespace)
    expect(refused.outputs).toMatchObject({ verdict: 'failed', 'failure-code': 'data-at-risk', changed: 'false' })
    expect(said(refused)).toMatch(message)
    await expectClean(refused, namespace)

    const again = await deploy(namespace, { manifests: 'deploy/redis' }, { workspace: own.path })
    expect(again.rendered).toContain('verdict: passed')
    expect(await namespace.redisCli('dbsize')).toBe(String(keys))
  })

  test('are replaced at once while Redis holds no key', async () => {
    const passed = await deploy(namespace)
    expect(passed.rendered).toContain('Redis holds no key that could be lost')
    expect(passed.outputs['verdict']).toBe('passed')
  })
})

/** Keeps what it was given, and nothing else of the shipped redis.conf. */
const without = (...directives: string[]) =>
  workspaceWith([
    configPatch(
      'redis.conf',
      [
        'bind * -::*',
        'protected-mode yes',
        'dir /data',
        ...directives,
        'include /etc/redis/maxmemory.conf',
        'include /etc/redis/maxmemory-policy.conf',
        'include /run/redis/auth.conf',
        ''
      ].join('\n')
    )
  ])

describe('the shipped manifests, full of keys', () => {
  beforeEach(async () => {
    expect((await deploy(namespace)).rendered).toContain('verdict: passed')
    await fill()
  })

  test('are replaced by those without an append-only file after a snapshot was saved', async () => {
    await using own = await without('appendonly no', 'save 900 1')
    const passed = await deploy(namespace, { manifests: 'deploy/redis' }, { workspace: own.path })
    expect(passed.rendered).toContain('it has saved a snapshot')
    expect(passed.outputs).toMatchObject({ verdict: 'passed', 'keys-after': String(keys) })
    expect(await namespace.redisCli('dbsize')).toBe(String(keys))
  })

  test('are replaced by those that write nothing only where somebody accepts that', async () => {
    await using own = await without('appendonly no', 'save ""')
    const before = await written()
    const refused = await deploy(namespace, { manifests: 'deploy/redis' }, { workspace: own.path })
    expect(refused.outputs).toMatchObject({ verdict: 'failed', 'failure-code': 'data-at-risk', changed: 'false' })
    expect(await written()).toEqual(before)
    const inputs = { manifests: 'deploy/redis', 'accept-data-loss': 'persistence' }
    const accepted = await deploy(namespace, inputs, { workspace: own.path })
    expect(accepted.outputs['verdict']).toBe('passed')
    expect(accepted.summary).toContain('Accepted (persistence)')
  })

  test('get less memory than they use only where somebody accepts that keys go', async () => {
    await namespace.redisCli(
      'eval',
      "for i = 1, 20000 do redis.call('set', 'bed:' .. i, string.rep('x', 500)) end",
      '0'
    )
    const before = await written()
    const refused = await deploy(namespace, { maxmemory: '8mb' })
    expect(refused.outputs).toMatchObject({ verdict: 'failed', 'failure-code': 'data-at-risk', changed: 'false' })
    expect(said(refused)).toMatch(
      /maxmemory would be 8 MiB, and Redis uses .* MiB now: .* would be evicted \(allkeys-lru\)/
    )
    expect(await written()).toEqual(before)
    expect(await namespace.redisCli('dbsize')).toBe(String(keys + 20_000))

    const accepted = await deploy(namespace, { maxmemory: '8mb', 'accept-data-loss': 'maxmemory' })
    expect(accepted.summary).toContain('Accepted (maxmemory)')
    expect(Number(await namespace.redisCli('dbsize'))).toBeLessThan(20_000)
  })

  test('move to another folder of their volume only where somebody accepts that', async () => {
    await using own = await workspaceWith([configPatch('maxmemory.conf', 'maxmemory 256mb\nappenddirname elsewhere\n')])
    const refused = await deploy(namespace, { manifests: 'deploy/redis' }, { workspace: own.path })
    expect(refused.outputs).toMatchObject({ 'failure-code': 'data-at-risk', changed: 'false' })
    expect(said(refused)).toContain('appenddirname would be elsewhere instead of appendonlydir')
    expect(await namespace.redisCli('dbsize')).toBe(String(keys))
  })
})

describe('an engine with newer files', () => {
  test.each([
    ['Redis 8.2', 'docker.io/library/redis:8.2.3-alpine'],
    ['Valkey 9.1', 'docker.io/valkey/valkey:9.1.2-alpine']
  ])('is not replaced by one that cannot read them: %s', async (title, image) => {
    expect((await deploy(namespace, { 'redis-image': image })).rendered).toContain('verdict: passed')
    await fill()
    const before = await written()
    const refused = await deploy(namespace, { 'accept-data-loss': 'persistence,claim,maxmemory' })
    expect(refused.outputs).toMatchObject({ verdict: 'failed', 'failure-code': 'data-at-risk', changed: 'false' })
    expect(said(refused)).toContain(`as Redis 7.2, which cannot read the files that ${title} writes`)
    expect(await written()).toEqual(before)
    expect(await namespace.redisCli('dbsize')).toBe(String(keys))
  })
})

describe('a claim that is being deleted', () => {
  beforeEach(async () => {
    expect((await deploy(namespace)).rendered).toContain('verdict: passed')
    await fill()
    await namespace.kubectl('delete', 'pvc', 'data-redis-0', '--wait=false')
  })

  test.each([
    ['nothing would change', {}],
    ['the pod would restart', { maxmemory: '100mb' }]
  ])('blocks a deployment where %s, until the suggested commands have kept the volume', async (_, inputs) => {
    const before = await written()
    const refused = await deploy(namespace, inputs)
    expect(refused.outputs).toMatchObject({ verdict: 'failed', 'failure-code': 'data-at-risk', changed: 'false' })
    expect(said(refused)).toContain('the claim data-redis-0 is being deleted')
    expect(await written()).toEqual(before)
    await expectClean(refused, namespace)

    const volume = await namespace.kubectl('get', 'pvc', 'data-redis-0', '--output=jsonpath={.spec.volumeName}')
    for (const command of commandsOf(refused)) await typed(command)
    const passed = await deploy(namespace, inputs)
    expect(passed.rendered).toContain('verdict: passed')
    expect(await namespace.redisCli('dbsize')).toBe(String(keys))
    expect(await namespace.kubectl('get', 'pvc', 'data-redis-0', '--output=jsonpath={.spec.volumeName}')).toBe(volume)
    // Else the volume would outlive the namespace.
    await kubectl('patch', 'pv', volume, '--patch', '{"spec":{"persistentVolumeReclaimPolicy":"Delete"}}')
  })

  test('is a danger in a plan', async () => {
    await using planner: Planner = await plannerOf(namespace)
    const { plan } = await planned({ ...namespace, kubeconfig: planner.kubeconfig })
    expect(plan.dangers).toEqual([
      { rule: 'claim-at-risk', sentence: expect.stringContaining('the claim data-redis-0 is being deleted') }
    ])
  })
})
