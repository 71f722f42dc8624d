import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { knownValue } from '../../src/core/rendered-cache/known.ts'
import { renderedCache } from '../../src/core/rendered-cache/rendered-cache.ts'
import { type ProbeOptions, type ProbeRun, probing } from '../integration/probing.ts'
import { type Stage, stage } from './stage.ts'

let here: Stage

beforeAll(async () => {
  here = await stage()
  await here.apply()
  expect((await here.rollout()).failure).toBeUndefined()
})
afterAll(async () => here[Symbol.asyncDispose]())

async function probe(options: ProbeOptions = {}): Promise<ProbeRun> {
  const { namespace } = here
  const kubeconfig = await readFile(namespace.kubeconfig, 'utf8')
  const { redis } = renderedCache(await here.documents())
  const expected = redis && knownValue(redis.settings)?.config
  const password = await namespace.credential('password')
  return probing({ kubeconfig }, password, { namespace: namespace.name, expected, exporter: true, ...options })
}

// In order: each test leaves a Redis that works.
describe('the probe of a Redis in a real cluster', () => {
  test('passes every check and leaves nothing open', async () => {
    const { failure, result, open } = await probe()
    expect(failure).toBeUndefined()
    expect(result?.checks.filter(({ passed }) => !passed)).toEqual([])
    expect(open).toEqual([])
  })

  test('opens the port-forward again if Redis ends meanwhile', async () => {
    // Redis is gone before the port-forward reaches it, and its container starts again.
    await here.namespace.redisCli('shutdown', 'nosave').catch(() => undefined)
    const { failure, open } = await probe({ speed: 0.25 })
    expect(failure).toBeUndefined()
    expect(open).toEqual([])
  })

  test('opens the port-forward to the new pod if the pod is replaced meanwhile', async () => {
    await here.namespace.kubectl('delete', 'pod', 'redis-0')
    const { failure, open } = await probe({ speed: 0.25 })
    expect(failure).toBeUndefined()
    expect(open).toEqual([])
  })

  test('notes what it cannot compare where Redis does not permit a command', async () => {
    await here.rollout()
    await here.namespace.redisCli('acl', 'setuser', 'default', '-config')
    const { result } = await probe()
    await here.namespace.redisCli('acl', 'setuser', 'default', '+config')
    expect(result?.notes).toContainEqual(
      expect.stringMatching(/^Not compared, because Redis does not run CONFIG GET \(NOPERM /)
    )
  })

  describe.each([
    ['a deploy', true],
    ['verify', false]
  ])('that takes no writes fails %s', (_, mayWrite) => {
    test.each([
      ['acl setuser default -@write', 'acl setuser default +@all', 'set', 'NOPERM', 'user default may not run SET'],
      ['replicaof 10.0.0.99 6379', 'replicaof no one', 'set', 'READONLY', 'Redis is a replica of 10.0.0.99:6379'],
      ['client pause 600000 write', 'client unpause', undefined, '', 'writes are paused (CLIENT PAUSE)']
    ])('after %s', async (plant, mend, command, answer, message) => {
      await here.namespace.redisCli(...plant.split(' '))
      if (command !== undefined) expect(await here.namespace.redisCli(command, 'key', 'value')).toContain(answer)
      const { failure } = await probe({ mayWrite })
      await here.namespace.redisCli(...mend.split(' '))
      expect(failure).toMatchObject({ code: 'redis-readonly', message: expect.stringContaining(message) })
      expect((await probe({ mayWrite })).failure).toBeUndefined()
      expect(await here.namespace.redisCli('dbsize')).toBe('0')
    })
  })

  test('fails for another password than that of an unchanged Secret', async () => {
    await here.namespace.redisCli('acl', 'setuser', 'default', 'resetpass', '>another-password-1')
    const { failure } = await probe()
    expect(failure).toMatchObject({
      code: 'redis-auth',
      message: expect.stringMatching(/WRONGPASS.*the Secret has not changed since, so Redis has a different password$/)
    })
  })

  test('suggests a command that helps after the Secret got another password', async () => {
    // Times have whole seconds.
    await sleep(1_100)
    await here.namespace.kubectl('patch', 'secret', 'redis-credentials', '--patch={"stringData":{"password":"next-1"}}')
    const { failure } = await probe()
    expect(failure).toMatchObject({
      code: 'redis-auth',
      message: expect.stringMatching(
        /WRONGPASS.*The Secret was changed at \S+Z, but Redis has been running since \S+Z with/
      ),
      hint: expect.stringContaining(`kubectl -n ${here.namespace.name} delete pod redis-0`)
    })
    await here.namespace.kubectl('delete', 'pod', 'redis-0')
    expect((await here.rollout()).failure).toBeUndefined()
    expect((await probe()).failure).toBeUndefined()
  })
})
