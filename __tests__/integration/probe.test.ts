import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { RedisConfig } from '../../src/core/redis/config.ts'
import { comparability, compareDirective } from '../../src/core/redis/directives.ts'
import { knownValue } from '../../src/core/rendered-cache/known.ts'
import { renderedCache } from '../../src/core/rendered-cache/rendered-cache.ts'
import { interval } from '../../src/phases/probe/time-limits.ts'
import { startRedis } from '../support/redis/process.ts'
import { allRedis, findRedis } from '../support/redis/program.ts'
import { type Stage, type StageOptions, startStage } from '../support/stage.ts'
import { commanding, configOf, type ProbeOptions, podWith, probing, seedPod } from './probing.ts'
import { documentsFor } from './rendering.ts'

let expected: RedisConfig | undefined

beforeAll(async () => {
  const { redis } = renderedCache(await documentsFor())
  const rendered = [...((redis && knownValue(redis.settings)?.config) ?? [])]
  // The Redis of a test has a directory of its own.
  expected = new Map(rendered.filter(([directive]) => directive !== 'dir'))
})

async function stageWith(options: StageOptions = {}): Promise<Stage> {
  const stage = await startStage(options)
  seedPod(stage.api)
  return stage
}

const probeAll = ({ api, password }: Stage, options: ProbeOptions = {}) =>
  probing(api, password, { expected, exporter: true, ...options })

const installed = await allRedis()
// The stand-in has neither rights of users nor data that grows.
const onlyReal = (await findRedis()) === undefined ? describe.skip : describe
const real = installed.map(({ name, path }): [string, string] => [name, path])
const programs: [string, string][] = [...real, ['the stand-in', 'stand-in']]

describe.each(programs)('the probe of %s as rendered', (_name, program) => {
  test('passes every check and leaves nothing open', async () => {
    await using stage = await stageWith({ program })
    const { result, failure, log, open } = await probeAll(stage)
    expect(failure).toBeUndefined()
    expect(result?.checks.map(({ name, passed }) => `${passed} ${name}`)).toEqual([
      'true without a password',
      'true PING',
      'true write',
      'true maxmemory',
      'true maxmemory-policy',
      'true appendonly',
      'true appendfsync',
      'true save',
      'true protected-mode',
      'true other settings',
      'true used memory',
      'true last snapshot',
      'true last append-only write',
      'true last rewrite',
      'true exporter'
    ])
    expect(result?.redisVersion).toMatch(/^(Valkey )?\d+\.\d+\.\d+/)
    expect(result?.maxmemoryBytes).toBe(268435456)
    expect(result?.usedMemoryBytes).toBeGreaterThan(100_000)
    expect(log).toContain('✓ without a password: refused')
    expect(log).toContain('✓ save: 900 1 300 10 60 10000')
    expect(open).toEqual([])
    // Redis without and with the password on one, a write on another, the exporter.
    expect(stage.api.requests.filter(({ path }) => path.endsWith('/portforward'))).toHaveLength(3)
    // Whoever asks is the only client again.
    const [clients] = await commanding(stage.redis, stage.password, ['CLIENT', 'LIST'])
    expect(String(clients).trim().split('\n')).toHaveLength(1)
  })
})

// jest refuses an empty table.
const onlyInstalled = real.length === 0 ? describe.skip : describe

onlyInstalled.each(real.length === 0 ? [['no server', '']] : real)('%s that is not as rendered', (_name, program) => {
  const commands = async (stage: Stage, ...words: [string, ...string[]]) =>
    commanding(stage.redis, stage.password, words)

  test('is judged: a setting, a right and a password that differ', async () => {
    await using stage = await stageWith({ program })
    await commands(stage, 'CONFIG', 'SET', 'save', '60 1')
    expect((await probeAll(stage)).failure?.message).toBe('save: 60 1 in force, 900 1 300 10 60 10000 rendered')
    await commands(stage, 'ACL', 'SETUSER', 'default', '-config')
    expect((await probeAll(stage)).result?.notes).toEqual([
      expect.stringMatching(
        /^Not compared, because Redis does not run CONFIG GET \(NOPERM .*\): appendfsync, save, protected-mode, bind\.$/
      )
    ])
    await commands(stage, 'ACL', 'SETUSER', 'default', 'resetpass', '>another-password-1')
    expect((await probeAll(stage)).failure?.message).toContain('WRONGPASS')
    await commanding(stage.redis, 'another-password-1', ['ACL', 'SETUSER', 'default', 'nopass', '+@all'])
    const console = jest.spyOn(globalThis.console, 'warn').mockImplementation(() => undefined)
    expect((await probeAll(stage)).failure?.code).toBe('redis-open')
    console.mockRestore()
  })
})

describe('access to a probed Redis', () => {
  test('fails the probe if the password gives no protection', async () => {
    await using stage = await stageWith({ open: true })
    // ioredis wonders on the console that a password was given.
    const console = jest.spyOn(globalThis.console, 'warn').mockImplementation(() => undefined)
    const { failure } = await probeAll(stage)
    console.mockRestore()
    expect(failure).toMatchObject({
      code: 'redis-open',
      message: 'without a password: PING was answered with PONG',
      hint: expect.stringContaining('give Redis a password')
    })
  })

  test('fails the probe at once if the password is rejected', async () => {
    await using stage = await stageWith()
    const { failure, waits } = await probing(stage.api, 'the-password-of-yesterday', { expected })
    expect(failure).toMatchObject({
      code: 'redis-auth',
      message: expect.stringMatching(
        /^Redis in pod redis-0 rejects the password of Secret\/redis-credentials: WRONGPASS/
      ),
      hint: expect.stringContaining('kubectl -n default delete pod redis-0')
    })
    expect(waits).not.toContain(interval)
  })
})

onlyReal('users of a real server', () => {
  const users = { users: new Map([['default', undefined]]), rights: new Map(), othersBecause: undefined }

  test.each([
    [
      'a user without a password',
      ['evil', 'on', 'nopass', '~*', '+@all'],
      'user evil gets in without a password',
      'redis-cli ACL DELUSER evil'
    ],
    ['a user with a password', ['evil', 'on', '>another', '~*', '+@all'], 'user evil is not rendered', 'DELUSER evil'],
    [
      'a second password',
      ['default', '>another'],
      'user default has a password that is not rendered',
      '`kubectl -n default delete pod redis-0`'
    ]
  ])('%s that was added live is redis-open, and no hash is shown', async (_, rules, detail, hint) => {
    await using stage = await stageWith()
    expect((await probeAll(stage, { users })).failure).toBeUndefined()
    await commanding(stage.redis, stage.password, ['ACL', 'SETUSER', ...rules])
    const { failure, log } = await probeAll(stage, { users })
    expect(failure).toMatchObject({
      code: 'redis-open',
      message: `users: ${detail}`,
      hint: expect.stringContaining(hint)
    })
    expect(`${failure?.message}${log.join()}`).not.toMatch(/[0-9a-f]{16}/)
  })

  test('a user who may do less than is rendered is redis-readonly, also where nothing may be written', async () => {
    await using stage = await stageWith()
    const rights = new Map([['default', ['on', '~*', '&*', '+@all']]])
    expect((await probeAll(stage, { users: { ...users, rights } })).failure).toBeUndefined()
    await commanding(stage.redis, stage.password, ['ACL', 'SETUSER', 'default', '-keys', 'resetchannels'])
    expect((await probeAll(stage, { users: { ...users, rights }, mayWrite: false })).failure).toMatchObject({
      code: 'redis-readonly',
      message: 'rights: user default may do less than is rendered: &* is missing, -keys',
      hint: expect.stringContaining('`kubectl -n default delete pod redis-0`')
    })
  })

  test('a user who may not list them leaves a note', async () => {
    await using stage = await stageWith()
    await commanding(stage.redis, stage.password, ['ACL', 'SETUSER', 'default', '-acl'])
    expect((await probeAll(stage, { users })).result?.notes).toEqual([
      expect.stringMatching(/^Who else gets in was not checked, because Redis does not run ACL LIST: NOPERM /)
    ])
  })
})

onlyReal('a user with few rights', () => {
  test('who may not run INFO and CONFIG leaves nothing to judge, which is no failure and is said', async () => {
    await using stage = await stageWith()
    await commanding(stage.redis, stage.password, ['ACL', 'SETUSER', 'default', '-config', '-info'])
    const { result } = await probeAll(stage, { exporter: false })
    expect(result?.notes).toEqual([
      expect.stringMatching(/^Not compared, because Redis does not run CONFIG GET \(NOPERM .*\): maxmemory, /),
      expect.stringMatching(/^Memory and persistence were not checked, because Redis does not run INFO: NOPERM /)
    ])
  })

  test('a rendered user default that may only PING without a password is no open door', async () => {
    await using stage = await stageWith()
    const app = { username: 'app', password: stage.password }
    await commanding(
      stage.redis,
      stage.password,
      ['ACL', 'SETUSER', 'app', 'on', `>${stage.password}`, '~*', '&*', '+@all'],
      ['ACL', 'SETUSER', 'default', 'reset', 'on', 'nopass', '-@all', '+ping']
    )
    const harmless = { name: 'default', rules: ['on', 'nopass', '-@all', '+ping'] }
    const users = (rule: typeof harmless | undefined) => ({
      users: new Map([
        ['default', rule],
        ['app', undefined]
      ]),
      rights: new Map(),
      othersBecause: undefined
    })
    const { result } = await probeAll(stage, { login: app, users: users(harmless), exporter: false })
    expect(result?.checks).toContainEqual({
      name: 'without a password',
      passed: true,
      detail: 'PING alone is answered, as rendered for user default'
    })
    // What nobody has rendered stays an open door.
    const { failure } = await probeAll(stage, { login: app, users: users(undefined), exporter: false })
    expect(failure?.code).toBe('redis-open')
  })

  test('who may not run PING is admitted, and proves by a write that it is served', async () => {
    await using stage = await stageWith()
    await commanding(stage.redis, stage.password, ['ACL', 'SETUSER', 'default', '-ping'])
    const { failure, result } = await probeAll(stage)
    expect(failure?.message ?? '').not.toContain('PING')
    expect(result?.checks).toContainEqual({
      name: 'PING',
      passed: true,
      relaxed: true,
      detail: expect.stringMatching(/^the user may not run PING \(\+ping\): NOPERM /)
    })
  })
})

onlyReal('a Redis that has renamed its commands', () => {
  test.each([
    ['CONFIG', /^Not compared, because Redis does not run CONFIG GET \(ERR unknown command .*\): save\.$/],
    ['INFO', /^Memory and persistence were not checked, because Redis does not run INFO: ERR unknown command /]
  ])('%s is proven without it, at once', async (command, note) => {
    const config = `maxmemory 64mb\nmaxmemory-policy allkeys-lru\nappendonly yes\nrename-command ${command} ""\n`
    await using redis = await startRedis({ config, password: 'a-password' })
    await using api = await podWith(redis)
    const { result, waits } = await probing(api, 'a-password', { expected: configOf(config) })
    expect(result?.notes).toEqual([expect.stringMatching(note)])
    expect(result?.checks.filter(({ name }) => name.startsWith('maxmemory'))).toHaveLength(2)
    expect(waits).toEqual([])
  })
})

onlyReal('settings that are not in force as rendered', () => {
  let stage: Stage

  beforeAll(async () => {
    stage = await stageWith()
  })
  afterAll(async () => stage[Symbol.asyncDispose]())

  test.each([
    ['maxmemory', '104857600', '268435456'],
    ['maxmemory-policy', 'noeviction', 'allkeys-lru'],
    ['appendonly', 'no', 'yes'],
    ['appendfsync', 'always', 'everysec'],
    ['save', '', '900 1 300 10 60 10000'],
    ['save', '60 1', '900 1 300 10 60 10000'],
    ['protected-mode', 'no', 'yes'],
    ['bind', '0.0.0.0', '* -::*']
  ])('fail the probe if %s is %s', async (name, value, rendered) => {
    await commanding(stage.redis, stage.password, ['CONFIG', 'SET', name, value])
    const { failure, log } = await probeAll(stage)
    await commanding(stage.redis, stage.password, ['CONFIG', 'SET', name, rendered])
    const detail = `${name}: ${value || 'empty'} in force, ${rendered} rendered`
    expect(failure).toMatchObject({ code: 'config-drift', message: detail })
    expect(log.filter((line) => line.startsWith('✗'))).toEqual([`✗ ${detail}`])
  })

  test.each([
    ['maxclients', '10', '10000', 'further clients are turned away'],
    ['timeout', '5', '0', 'idle clients are disconnected'],
    ['maxmemory-clients', '1048576', '0', 'clients are disconnected for their buffers'],
    ['proto-max-bulk-len', '1048576', '536870912', 'larger values are refused']
  ])('fail the probe if %s is %s, which cuts clients off and is not rendered', async (name, value, usual, cut) => {
    await commanding(stage.redis, stage.password, ['CONFIG', 'SET', name, value])
    const { failure } = await probeAll(stage)
    await commanding(stage.redis, stage.password, ['CONFIG', 'SET', name, usual])
    expect(failure).toMatchObject({
      code: 'config-drift',
      message: `${name}: ${value} in force, not rendered: ${cut}`
    })
  })

  test('are told and no failure where the manifests set them while Redis runs', async () => {
    const setLive = [{ directive: 'maxmemory', by: 'Job/tune' }]
    await commanding(stage.redis, stage.password, ['CONFIG', 'SET', 'maxmemory', '104857600'])
    const { failure, result } = await probeAll(stage, { setLive })
    await commanding(stage.redis, stage.password, ['CONFIG', 'SET', 'maxmemory', '268435456'])
    expect(failure).toBeUndefined()
    expect(result?.notes.join()).toContain('maxmemory (104857600 in force, 268435456 rendered; set by Job/tune)')
  })

  test('in a form of their own, or lowered by the limit of open files, are no failure', async () => {
    const more = new Map([
      ...(expected ?? []),
      ['notify-keyspace-events', [['KEAn']]],
      ['maxclients', [['10000']]],
      ['dir', [['./']]]
    ])
    const [reply] = await commanding(stage.redis, stage.password, ['CONFIG', 'GET', 'dir'])
    const dataDirectory = Array.isArray(reply) ? String(reply[1]) : ''
    await commanding(stage.redis, stage.password, ['CONFIG', 'SET', 'notify-keyspace-events', 'KEAn'])
    await commanding(stage.redis, stage.password, ['CONFIG', 'SET', 'maxclients', '3985'])
    const { failure, result } = await probeAll(stage, { expected: more, dataDirectory })
    await commanding(stage.redis, stage.password, ['CONFIG', 'SET', 'notify-keyspace-events', ''])
    await commanding(stage.redis, stage.password, ['CONFIG', 'SET', 'maxclients', '10000'])
    expect(failure).toBeUndefined()
    expect(result?.notes.filter((note) => /maxclients|events|dir\b/.test(note))).toEqual([
      expect.stringMatching(/^maxclients: 3985 in force, 10000 rendered\. /)
    ])
  })

  test('of any other directive fail the probe, too', async () => {
    const more = new Map([...(expected ?? []), ['hz', [['10']]], ['slowlog-max-len', [['128']]]])
    expect((await probeAll(stage, { expected: more })).failure).toBeUndefined()
    await commanding(stage.redis, stage.password, ['CONFIG', 'SET', 'slowlog-max-len', '7'])
    const { failure } = await probeAll(stage, { expected: more })
    await commanding(stage.redis, stage.password, ['CONFIG', 'SET', 'slowlog-max-len', '128'])
    expect(failure?.message).toBe('slowlog-max-len: 7 in force, 128 rendered')
  })

  test('are known in the form in which a real server tells them', async () => {
    const [reply] = await commanding(stage.redis, stage.password, ['CONFIG', 'GET', '*'])
    const all = Array.isArray(reply) ? reply.map(String) : []
    const pairs = all.flatMap((name, index) => (index % 2 === 0 ? [[name, all[index + 1] ?? ''] as const] : []))
    const named = pairs.filter(([name]) => comparability(name) === 'compared')
    const config = configOf(named.map(([name, value]) => `${name} ${value === '' ? '""' : value}`).join('\n'))
    expect(named.length).toBeGreaterThan(150)
    expect(named.filter(([name, value]) => compareDirective(config, name, value) !== 'same')).toEqual([])
    // A value that no redis.conf has: only what has a known form is certainly different.
    const unknown = named.filter(([name]) => compareDirective(config, name, 'no-such-value') === 'unclear')
    expect(unknown.map(([name]) => name)).toEqual(['dir'])
  })

  test('fail the probe with every difference named', async () => {
    await commanding(
      stage.redis,
      stage.password,
      ['CONFIG', 'SET', 'appendfsync', 'no'],
      ['CONFIG', 'SET', 'maxmemory', '0']
    )
    const { failure } = await probeAll(stage)
    await commanding(
      stage.redis,
      stage.password,
      ['CONFIG', 'SET', 'appendfsync', 'everysec'],
      ['CONFIG', 'SET', 'maxmemory', '268435456']
    )
    expect(failure?.code).toBe('config-drift')
    expect(failure?.message).toBe(
      'maxmemory: 0 in force, 268435456 rendered. appendfsync: no in force, everysec rendered. ' +
        'used memory: maxmemory is not set, so Redis can grow until it is killed'
    )
  })

  test('are not compared where no redis.conf is rendered', async () => {
    const { result } = await probing(stage.api, stage.password)
    expect(result?.checks.map(({ name }) => name)).toEqual([
      'without a password',
      'PING',
      'write',
      'used memory',
      'last snapshot',
      'last append-only write',
      'last rewrite'
    ])
  })
})
