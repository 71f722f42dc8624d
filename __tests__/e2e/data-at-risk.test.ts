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

  test('are not replaced by those with one before it is switched on live, and then no key is lost', async () => {
    await fill()
    const before = await written()
    const refused = await deploy(namespace)
    expect(refused.outputs).toMatchObject({ verdict: 'failed', 'failure-code': 'data-at-risk', changed: 'false' })
    expect(said(refused)).toMatch(/^nothing was written .* 201 keys \(.*\) would be lost\n/)
    expect(await written()).toEqual(before)
    expect(await namespace.redisCli('dbsize')).toBe(String(keys))
    await expectClean(refused, namespace)

    await using planner: Planner = await plannerOf(namespace)
    const { plan } = await planned({ ...namespace, kubeconfig: planner.kubeconfig })
    expect(plan.dangers.map(({ rule }) => rule)).toContain('persistence-on')

    const [look = '', switchOn = ''] = commandsOf(refused)
    expect(await typed(look)).toContain('rdb_bgsave_in_progress:0')
    expect(await typed(switchOn)).toBe('OK\n')
    const complete = [
      'aof_enabled:1',
      'aof_rewrite_scheduled:0',
      'aof_rewrite_in_progress:0',
      'aof_last_bgrewrite_status:ok'
    ]
    for (let info = ''; !complete.every((line) => info.includes(line)) || !/aof_base_size:[1-9]/.test(info); ) {
      info = await typed(look)
    }
    const passed = await deploy(namespace)
    expect(passed.rendered).toContain('verdict: passed')
    expect(await namespace.redisCli('dbsize')).toBe(String(keys))
    expect((await namespace.redisCli('config', 'get', 'appendonly')).split('\n')[1]).toBe('yes')
    expect((await written())[2]).not.toBe(before[2])
  })

  test.each([
    ['pod running', ['--cascade=orphan'], /no StatefulSet\/redis is stored.* 201 keys \(.*\) would be lost\n/],
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
