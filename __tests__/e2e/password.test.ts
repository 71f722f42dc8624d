import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { applying } from '../integration/applying.ts'
import { deploy } from '../support/cluster/deploy.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'
import { statefulSetPatch, workspaceWith } from '../support/workspace.ts'
import { stage } from './stage.ts'

// Tests of interruptions: what fails now and then is what they look for.
jest.retryTimes(0)

let namespace: TestNamespace

beforeEach(async () => {
  namespace = await testNamespace()
})
afterEach(async () => namespace[Symbol.asyncDispose]())

const uid = () => namespace.kubectl('get', 'pod', 'redis-0', '--output=jsonpath={.metadata.uid}')
const mounts = '/spec/template/spec/containers/0/volumeMounts'
const wholeSecret = { name: 'credentials', readOnly: true }

interface Pod {
  spec: { containers: { name: string; readinessProbe: { exec: { command: string[] } } }[] }
  status: { containerStatuses: { restartCount: number }[]; conditions: { type: string; lastTransitionTime: string }[] }
}
const pod = async (): Promise<Pod> => JSON.parse(await namespace.kubectl('get', 'pod', 'redis-0', '--output=json'))
const readySince = ({ status }: Pod) => status.conditions.find(({ type }) => type === 'Ready')?.lastTransitionTime

test('a cache with the former password mount restarts once and keeps data and password', async () => {
  // What the manifests said until the password was mounted by subPath.
  await using before = await workspaceWith([
    statefulSetPatch(
      { op: 'test', path: `${mounts}/2/name`, value: 'credentials' },
      { op: 'replace', path: `${mounts}/2`, value: { ...wholeSecret, mountPath: '/run/redis-credentials' } }
    )
  ])
  const old = await deploy(namespace, { manifests: 'deploy/redis' }, { workspace: before.path })
  expect(old.outputs['verdict']).toBe('passed')
  const script = 'for i = 1, 1000 do redis.call("set", "patient:" .. i, "record " .. i) end'
  await namespace.redisCli('eval', script, '0')
  const [password, first] = [await namespace.credential('password'), await uid()]

  expect((await deploy(namespace)).outputs['verdict']).toBe('passed')
  const second = await uid()
  expect(second).not.toBe(first)
  expect(await namespace.redisCli('dbsize')).toBe('1000')
  const mismatches =
    'local n = 0 for i = 1, 1000 do if redis.call("get", "patient:" .. i) ~= "record " .. i then n = n + 1 end end return n'
  expect(await namespace.redisCli('eval', mismatches, '0')).toBe('0')
  expect(await namespace.credential('password')).toBe(password)

  expect((await deploy(namespace)).outputs).toMatchObject({ verdict: 'passed', changed: 'false' })
  expect(await uid()).toBe(second)
})

describe('a changed password in the Secret', () => {
  test('fails no probe of the running Redis, which keeps its password', async () => {
    // A mount of the whole Secret beside it shows when the kubelet has brought the change to the node.
    await using witness = await workspaceWith([
      statefulSetPatch({ op: 'add', path: `${mounts}/-`, value: { ...wholeSecret, mountPath: '/run/witness' } })
    ])
    expect(
      (await deploy(namespace, { manifests: 'deploy/redis' }, { workspace: witness.path })).outputs['verdict']
    ).toBe('passed')
    const before = await pod()
    const data = JSON.stringify({ stringData: { password: 'another-password-1' } })
    await namespace.kubectl('patch', 'secret', 'redis-credentials', '--patch', data)
    const inRedis = (...command: string[]) =>
      namespace.kubectl('exec', 'redis-0', '--container=redis', '--', ...command)
    await inRedis('sh', '-c', 'until grep -q another-password-1 /run/witness/password; do sleep 1; done')

    const probe = before.spec.containers.find(({ name }) => name === 'redis')?.readinessProbe.exec.command ?? []
    // It ends with 1, and kubectl with it, where Redis refuses the password.
    await inRedis(...probe)
    // Longer than three periods of the readiness probe.
    const unready = namespace.kubectl('wait', 'pod/redis-0', '--for=condition=Ready=false', '--timeout=20s')
    await expect(unready).rejects.toThrow('timed out')
    const after = await pod()
    expect(readySince(after)).toBe(readySince(before))
    expect(after.status.containerStatuses.map(({ restartCount }) => restartCount)).toEqual([0, 0])
    // The kubelet may take more than a minute to bring a changed Secret to its pods.
  }, 300_000)

  test('is repaired by the next run after an interrupted first deployment', async () => {
    await using here = await stage()
    const first = await here.documents()
    // All that an interrupted run has written.
    const options = { namespace: here.namespace.name, redisPassword: 'password-of-the-first-run' }
    expect((await applying(here.access, first, options)).failure).toBeUndefined()
    const started = '--for=jsonpath={.status.containerStatuses[?(@.name=="redis")].state.running}'
    await here.namespace.kubectl('wait', 'pod/redis-0', started, '--timeout=60s')
    const rerun = await deploy(here.namespace, { 'redis-password': 'password-of-the-second' })
    expect(rerun.rendered).toContain('verdict: passed')
    expect(await here.namespace.redisCli('ping')).toBe('PONG')
    expect(await here.namespace.credential('password')).toBe('password-of-the-second')
  })
})
