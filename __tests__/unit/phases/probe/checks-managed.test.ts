import { describe, expect, test } from '@jest/globals'
import { infoRefusal, managedChecks } from '../../../../src/phases/probe/checks.ts'
import type { Answers } from '../../../../src/phases/probe/probe-output.ts'
import { selfHosted, view } from './views.ts'

const facts = {
  redis_version: '7.1.0',
  role: 'master',
  maxmemory_policy: 'volatile-lru',
  used_memory: '1048576',
  maxmemory: '10485760',
  cluster_enabled: '0'
}
const infoWith = (
  changed: Partial<Record<keyof typeof facts | 'master_host' | 'master_port', string | undefined>> = {}
) =>
  Object.entries({ ...facts, ...changed })
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}:${value}`]))
    .join('\r\n')
const answers = (changed: Partial<Answers> = {}): Answers => ({
  anonymous: 'NOAUTH Authentication required.',
  ping: 'PONG',
  info: infoWith(),
  ...changed
})
const wanted: Parameters<typeof managedChecks>[1] = { maxmemoryPolicy: undefined, memoryThresholdPercent: 90 }
const failing = (changed: Partial<Answers>, seen = view(), given = wanted) =>
  managedChecks(answers(changed), given, seen).filter(({ passed }) => !passed)
const denied = 'AUTH failed: WRONGPASS invalid username-password pair or user is disabled.'

test('passes every check of a correct cache, each with what was seen', () => {
  expect(
    managedChecks(answers(), wanted, view()).map(({ name, passed, detail }) => `${passed} ${name}: ${detail}`)
  ).toEqual([
    'true without a password: refused',
    'true PING: PONG, with the password',
    'true role: master',
    'true maxmemory-policy: volatile-lru',
    'true used memory: 1 MiB of 10 MiB, 10.0 %'
  ])
})

describe('the check without a password', () => {
  test.each([
    'NOAUTH Authentication required.',
    'DENIED Redis is running in protected mode because no password is set'
  ])('passes on the reply %s', (anonymous) => {
    expect(failing({ anonymous })).toEqual([])
  })

  test.each([
    'PONG',
    "NOPERM User default has no permissions to run the 'ping' command",
    'MISCONF Redis is configured'
  ])('fails on the reply %s', (anonymous) => {
    expect(failing({ anonymous })).toEqual([
      {
        name: 'without a password',
        code: 'redis-open',
        passed: false,
        detail: `PING was answered with ${anonymous}`,
        hint: expect.stringContaining('--auth-token-update-strategy SET')
      }
    ])
  })

  test('fails together with a passing PING where Redis has no password', () => {
    const ping = 'AUTH failed: ERR AUTH <password> called without any password configured for the default user.\nPONG'
    const [open, pong] = managedChecks(answers({ anonymous: 'PONG', ping }), wanted, view())
    expect([open?.passed, pong?.passed, pong?.detail]).toEqual([false, true, 'PONG'])
  })
})

describe('the check with the password', () => {
  test.each([
    [
      'a rejected password',
      `${denied}\nNOAUTH Authentication required.`,
      'redis-auth',
      /^the password of Secret\/redis-credentials/
    ],
    ['rejected, as reported by ioredis', denied.slice(13), 'redis-auth', /was rejected: WRONGPASS/],
    [
      'rejected, as reported by redis-cli 6.0',
      'Warning: AUTH failed\nNOAUTH Auth',
      'redis-auth',
      /was rejected: Warning/
    ],
    ['a Redis that is loading', 'LOADING Redis is loading the dataset in memory', 'redis-loading', /^LOADING/],
    [
      'a Redis that cannot save',
      'MISCONF Redis is configured to save RDB snapshots',
      'persistence-failing',
      /^MISCONF/
    ],
    ['an unknown error', 'ERR unknown', 'elasticache-unreachable', /^ERR unknown$/],
    ['an empty reply', '', 'elasticache-unreachable', /^no answer$/]
  ])('judges the reply to PING: %s', (_, ping, code, detail) => {
    expect(failing({ ping, info: ping })).toMatchObject([{ name: 'PING', code, detail: expect.stringMatching(detail) }])
  })

  test('is no refusal where the user may not run PING: it was admitted', () => {
    expect(failing({ ping: "NOPERM this user has no permissions to run the 'ping' command" })).toEqual([])
  })

  test.each(["NOPERM this user has no permissions to run the 'info' command", "ERR unknown command 'INFO'"])(
    'does not judge what INFO would tell, where Redis replies %s',
    (info) => {
      expect(failing({ info })).toEqual([])
      expect(infoRefusal(info)).toBe(info)
    }
  )

  test('fails for an INFO that is none', () => {
    expect(failing({ info: '' })).toMatchObject([{ name: 'INFO', code: 'redis-auth', detail: 'no answer' }])
  })
})

describe('the checks of an INFO reply', () => {
  test('fail for a replica', () => {
    const info = infoWith({ role: 'slave', master_host: '10.0.0.7', master_port: '6379' })
    expect(failing({ info })).toMatchObject([
      {
        name: 'role',
        code: 'secret-field',
        detail:
          'master.hospital-erp.abc123.apn2.cache.amazonaws.com:6379 is a replica of 10.0.0.7:6379 and accepts no writes',
        hint: expect.stringContaining('secondary of a Global Datastore')
      }
    ])
  })

  test('suggest the primary endpoint for a replica behind a reader endpoint', () => {
    const address = { ...view().address, host: 'replica.hospital-erp.abc123.apn2.cache.amazonaws.com' }
    const [role] = failing({ info: infoWith({ role: 'slave' }) }, view({ address }))
    expect(role?.hint).toContain('not the reader endpoint')
  })

  test('do not judge a cluster node by its role', () => {
    expect(failing({ info: infoWith({ role: 'slave', cluster_enabled: '1' }) })).toEqual([])
  })

  test.each([
    ['noeviction', undefined, ['noeviction: every write fails when the memory is full']],
    ['noeviction', 'noeviction', []],
    ['allkeys-lru', 'allkeys-lru', []],
    ['volatile-lru', 'allkeys-lru', ['volatile-lru in force, allkeys-lru wanted']],
    ['volatile-ttl', undefined, []],
    [undefined, undefined, ['missing in INFO']]
  ])('judge the policy %s where %s is required', (policy, maxmemoryPolicy, details) => {
    const info = infoWith({ maxmemory_policy: policy })
    const found = failing({ info }, view(), { ...wanted, maxmemoryPolicy })
    expect(found.map(({ code, detail }) => [code, detail])).toEqual(details.map((detail) => ['config-drift', detail]))
  })

  test.each([
    ['9437184', '10485760', ['9 MiB of 10 MiB, 90.0 %, not below 90 %']],
    ['1048576', '0', ['maxmemory is not set, so Redis can grow until it is killed']],
    [undefined, '10485760', ['missing in INFO']]
  ])('judge %s bytes of %s', (used_memory, maxmemory, details) => {
    const found = failing({ info: infoWith({ used_memory, maxmemory }) })
    expect(found.map(({ code, detail }) => [code, detail])).toEqual(
      details.map((detail) => ['memory-over-threshold', detail])
    )
  })

  describe('the checks of a serverless cache', () => {
    const bare = { maxmemory_policy: undefined, used_memory: undefined, maxmemory: undefined, cluster_enabled: '1' }
    const address = { ...view().address, host: 'erp-abc123.serverless.use1.cache.amazonaws.com' }

    test.each([
      ['by its name', view({ address }), bare],
      ['by its name, whatever INFO contains', view({ address }), { maxmemory_policy: 'noeviction', maxmemory: '0' }],
      ['by its INFO', view(), bare]
    ])('leave out memory and policy: %s', (_, seen, changes) => {
      const judged = managedChecks(answers({ info: infoWith(changes) }), wanted, seen)
      expect(judged.map(({ name, passed }) => [name, passed]).filter(([name]) => name !== 'role')).toEqual([
        ['without a password', true],
        ['PING', true]
      ])
    })

    test('suggest commands for a serverless cache', () => {
      const [open] = failing({ anonymous: 'PONG' }, view({ address }))
      expect(open?.hint).toContain('modify-serverless-cache')
      const [auth] = failing({ ping: denied, info: denied }, view({ address }))
      expect(auth).toMatchObject({ code: 'redis-auth', hint: expect.stringContaining('describe-users') })
    })
  })

  test('judge only the role of a Redis in the cluster, which the probe checks otherwise', () => {
    const info = infoWith({ maxmemory_policy: 'noeviction', maxmemory: '0', role: 'slave' })
    expect(failing({ info }, selfHosted()).map(({ name }) => name)).toEqual(['role'])
  })
})

test('sanitize text of the server', () => {
  const [, ping] = managedChecks(answers({ ping: 'x\u001b[31m\n::error::y' }), wanted, view())
  expect(ping?.detail).toBe('x \u2236:error::y')
})
