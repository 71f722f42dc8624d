import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type RedisProcess, startRedis } from '../support/redis/process.ts'
import { findRedis } from '../support/redis/program.ts'
import { commanding, configOf, giveAllSlots, type ProbeOptions, podWith, probing } from './probing.ts'

const password = 'a-password-of-redis'
// The stand-in has no rights, no replicas, no pauses and no cluster mode.
const onlyReal = (await findRedis()) === undefined ? describe.skip : describe
const settings = 'maxmemory 64mb\nmaxmemory-policy allkeys-lru\nsave ""\n'

/** By a write, and by what Redis reports alone. */
const ways: [string, boolean][] = [
  ['a deploy', true],
  ['verify', false]
]

async function probeOf(redis: RedisProcess, options: ProbeOptions = {}) {
  await using api = await podWith(redis)
  return await probing(api, password, options)
}

const writeOf = ({ log }: { log: string[] }) => log.find((line) => / write: /.test(line))

onlyReal('a Redis that takes no writes', () => {
  let redis: RedisProcess

  beforeAll(async () => {
    redis = await startRedis({ config: settings, password })
  })
  afterAll(async () => redis[Symbol.asyncDispose]())

  const faults: [string, [string, ...string[]], [string, ...string[]], RegExp, string][] = [
    [
      'a user without the right',
      ['ACL', 'SETUSER', 'default', '-@write'],
      ['ACL', 'SETUSER', 'default', '+@all'],
      /^write: user default may not run SET: NOPERM /,
      'ACL SETUSER default +@read +@write'
    ],
    [
      'a user without the right to read',
      ['ACL', 'SETUSER', 'default', '-get'],
      ['ACL', 'SETUSER', 'default', '+@all'],
      /^write: user default may not run GET: NOPERM /,
      'ACL SETUSER default +@read +@write'
    ],
    [
      'a user without keys',
      ['ACL', 'SETUSER', 'default', 'resetkeys'],
      ['ACL', 'SETUSER', 'default', '~*'],
      /^write: user default may not use the key: NOPERM /,
      'ACL SETUSER default "~*"'
    ],
    [
      'a replica',
      ['REPLICAOF', '127.0.0.1', '1'],
      ['REPLICAOF', 'NO', 'ONE'],
      /^write: Redis is a replica of 127\.0\.0\.1:1 and accepts no writes/,
      'REPLICAOF NO ONE'
    ],
    [
      'too few replicas',
      ['CONFIG', 'SET', 'min-replicas-to-write', '1'],
      ['CONFIG', 'SET', 'min-replicas-to-write', '0'],
      /^write: Redis has too few replicas for min-replicas-to-write and accepts no writes: NOREPLICAS /,
      'CONFIG SET min-replicas-to-write 0'
    ],
    [
      'a pause of writes',
      ['CLIENT', 'PAUSE', '600000', 'WRITE'],
      ['CLIENT', 'UNPAUSE'],
      /^write: SET gets no answer while other commands do: writes are paused \(CLIENT PAUSE\)$/,
      'CLIENT UNPAUSE'
    ]
  ]

  describe.each(ways)('%s', (_way, mayWrite) => {
    test.each(faults)('finds %s', async (_name, plant, mend, message, hint) => {
      await commanding(redis, password, plant)
      const { failure, open } = await probeOf(redis, { mayWrite })
      await commanding(redis, password, mend)
      expect(failure).toMatchObject({
        code: 'redis-readonly',
        message: expect.stringMatching(message),
        hint: expect.stringContaining(`redis-cli ${hint}`)
      })
      expect(open).toEqual([])
      expect((await probeOf(redis, { mayWrite })).failure).toBeUndefined()
    })

    test('finds cluster mode without slots', async () => {
      await using clustered = await startRedis({ config: `${settings}cluster-enabled yes\n`, password })
      const { failure } = await probeOf(clustered, { mayWrite })
      expect(failure).toMatchObject({
        code: 'redis-readonly',
        message: expect.stringMatching(/^write: cluster mode is on, and this node serves no slots: CLUSTERDOWN /)
      })
    })

    test('finds a renamed SET', async () => {
      await using renamed = await startRedis({ config: `${settings}rename-command SET ""\n`, password })
      const { failure } = await probeOf(renamed, { mayWrite })
      expect(failure).toMatchObject({
        code: 'redis-readonly',
        message: expect.stringMatching(/^write: Redis has no command SET, which rename-command can cause: ERR /),
        hint: expect.stringContaining('rename-command')
      })
    })

    test('passes a cluster of one node that has all slots', async () => {
      await using clustered = await startRedis({ config: `${settings}cluster-enabled yes\n`, password })
      await giveAllSlots(clustered, password)
      const { failure } = await probeOf(clustered, { mayWrite })
      expect(failure).toBeUndefined()
    })
  })

  test('finds a replica that would take writes, and lose them', async () => {
    await commanding(redis, password, ['CONFIG', 'SET', 'replica-read-only', 'no'], ['REPLICAOF', '127.0.0.1', '1'])
    const { failure } = await probeOf(redis)
    await commanding(redis, password, ['REPLICAOF', 'NO', 'ONE'], ['CONFIG', 'SET', 'replica-read-only', 'yes'])
    expect(failure?.code).toBe('redis-readonly')
  })

  test('finds a user of url that Redis does not have', async () => {
    const { failure } = await probeOf(redis, { login: { password, username: 'nobody' } })
    expect(failure).toMatchObject({
      code: 'redis-auth',
      message: expect.stringContaining('rejects the user that key url of Secret/redis-credentials names'),
      hint: expect.stringContaining('add that user to redis.conf')
    })
  })

  test.each(ways)('finds a database of url that is not there in %s', async (_way, mayWrite) => {
    const { failure } = await probeOf(redis, { mayWrite, login: { password, database: 99 } })
    expect(failure).toMatchObject({ code: 'secret-field', message: expect.stringContaining('SELECT 99: ERR DB index') })
  })
})

onlyReal('a healthy Redis', () => {
  const rules = 'user default off\nuser app on >a-password-of-redis ~app:* +@all\n'
  const rights = 'user default off\nuser app on >a-password-of-redis %RW~app:* -@all +ping +set +get +select\n'

  test.each(ways)('whose user of url has keys of its own passes %s', async (_way, mayWrite) => {
    await using redis = await startRedis({ config: `${settings}${rules}` })
    const run = await probeOf(redis, {
      mayWrite,
      login: { password, username: 'app', database: 3 },
      expected: configOf(`${settings}${rules}`)
    })
    expect(run.failure).toBeUndefined()
    expect(writeOf(run)).toMatch(
      mayWrite ? /^✓ write: SET, GET and DEL/ : /^✓ write: nothing that Redis reports prevents/
    )
  })

  test('whose user may neither delete nor ask much is written to all the same', async () => {
    await using redis = await startRedis({ config: `${settings}${rights}` })
    const login = { password, username: 'app' }
    const run = await probeOf(redis, { login, expected: configOf(`${settings}${rights}`) })
    expect(run.failure).toBeUndefined()
    expect(writeOf(run)).toMatch(/^✓ write: SET/)
    const told = await probeOf(redis, { login, expected: configOf(`${settings}${rights}`), mayWrite: false })
    expect(told.failure).toBeUndefined()
    expect(told.result?.notes).toContainEqual(
      expect.stringMatching(/^Not checked whether the user may run SET: it may not ask by ACL DRYRUN \(NOPERM /)
    )
  })

  test('whose user may use one key alone is not written to, which is said', async () => {
    const single = 'user default off\nuser app on >a-password-of-redis ~lock +@all\n'
    await using redis = await startRedis({ config: `${settings}${single}` })
    const { failure, result, log } = await probeOf(redis, {
      login: { password, username: 'app' },
      expected: configOf(`${settings}${single}`)
    })
    expect(failure).toBeUndefined()
    expect(result?.notes).toEqual([expect.stringMatching(/^No write was tried: its user may use the keys lock alone/)])
    expect(writeOf({ log })).toMatch(/^– write: nothing that Redis reports prevents it/)
    expect(result?.checks.find(({ name }) => name === 'write')).toMatchObject({ passed: true, relaxed: true })
  })

  test.each(ways)('keeps its keys and gets no others in %s', async (_way, mayWrite) => {
    await using redis = await startRedis({ config: settings, password })
    await commanding(redis, password, ['SET', 'key-of-somebody', 'value'])
    expect((await probeOf(redis, { mayWrite })).failure).toBeUndefined()
    expect(await commanding(redis, password, ['KEYS', '*'], ['GET', 'key-of-somebody'])).toEqual([
      ['key-of-somebody'],
      'value'
    ])
    const [stats] = await commanding(redis, password, ['INFO', 'commandstats'])
    expect(String(stats).match(/^cmdstat_set:calls=(\d+)/m)?.[1]).toBe(mayWrite ? '2' : '1')
  })

  test('that is full and evicts, as a warm cache does, is written to', async () => {
    await using redis = await startRedis({ config: 'maxmemory 3mb\nmaxmemory-policy allkeys-lru\nsave ""\n', password })
    const value = 'x'.repeat(16 * 1024)
    await commanding(
      redis,
      password,
      ...Array.from({ length: 300 }, (_, n): [string, ...string[]] => ['SET', `key-${n}`, value])
    )
    const run = await probeOf(redis)
    expect(writeOf(run)).toMatch(/^✓ write: SET/)
  })
})
