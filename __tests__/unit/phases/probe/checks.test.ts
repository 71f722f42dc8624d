import { describe, expect, test } from '@jest/globals'
import { parseRedisConfig } from '../../../../src/core/redis/config.ts'
import { parseInfo, usedMemory } from '../../../../src/core/redis/info.ts'
import { maxmemory, type RedisFacts, refusedNotes, selfHostedChecks } from '../../../../src/phases/probe/checks.ts'
import { infoReplies } from './info-replies.ts'

const mebibyte = 1024 ** 2
const health = 'rdb_last_bgsave_status:ok\naof_enabled:1\naof_last_write_status:ok\naof_last_bgrewrite_status:ok\n'
const live = {
  maxmemory: String(256 * mebibyte),
  'maxmemory-policy': 'allkeys-lru',
  appendonly: 'yes',
  appendfsync: 'everysec',
  save: '900 1 300 10',
  'protected-mode': 'yes'
}
const facts = (changed: Partial<typeof live> = {}, info = ''): RedisFacts => ({
  info: parseInfo(`used_memory:${mebibyte}\n${health}${info}`),
  live: new Map(Object.entries({ ...live, ...changed })),
  refused: {}
})
const expected = parseRedisConfig(
  {
    'redis.conf':
      'maxmemory 256mb\nmaxmemory-policy allkeys-lru\nappendonly yes\nappendfsync everysec\nsave 900 1\nsave 300 10\nprotected-mode yes'
  },
  'redis.conf'
)
const conf = (text: string) => parseRedisConfig({ 'redis.conf': text }, 'redis.conf')
const checkOf = (name: string, seen: RedisFacts, config = expected, threshold = 90) =>
  selfHostedChecks(seen, { expected: config }, threshold).checks.find((check) => check.name === name)

test('a Redis as rendered passes every check, each with what was seen', () => {
  expect(selfHostedChecks(facts(), { expected }, 90).checks).toEqual([
    { name: 'maxmemory', code: 'config-drift', passed: true, detail: '268435456' },
    { name: 'maxmemory-policy', code: 'config-drift', passed: true, detail: 'allkeys-lru' },
    { name: 'appendonly', code: 'config-drift', passed: true, detail: 'yes' },
    { name: 'appendfsync', code: 'config-drift', passed: true, detail: 'everysec' },
    { name: 'save', code: 'config-drift', passed: true, detail: '900 1 300 10' },
    { name: 'protected-mode', code: 'config-drift', passed: true, detail: 'yes' },
    {
      name: 'used memory',
      code: 'memory-over-threshold',
      passed: true,
      detail: '1 MiB of 256 MiB, 0.4 %; allkeys-lru evicts keys when it is full'
    },
    { name: 'last snapshot', code: 'persistence-failing', passed: true, detail: 'rdb_last_bgsave_status is ok' },
    {
      name: 'last append-only write',
      code: 'persistence-failing',
      passed: true,
      detail: 'aof_last_write_status is ok'
    },
    { name: 'last rewrite', code: 'persistence-failing', passed: true, detail: 'aof_last_bgrewrite_status is ok' }
  ])
})

test.each(infoReplies)('have every value they need in the INFO reply of $name', ({ info, usedMemory: used }) => {
  const seen = { ...facts(), info: parseInfo(info.replaceAll('\n', '\r\n')) }
  const { checks } = selfHostedChecks(seen, { expected }, 90)
  expect(checks.filter(({ passed }) => !passed)).toEqual([])
  expect(checks).toHaveLength(10)
  expect(usedMemory(seen.info)).toBe(used)
})

describe('the checks of settings', () => {
  test.each([
    ['maxmemory', { maxmemory: '128000000' }, '128000000 in force, 268435456 rendered'],
    ['maxmemory-policy', { 'maxmemory-policy': 'noeviction' }, 'noeviction in force, allkeys-lru rendered'],
    ['save', { save: '' }, 'empty in force, 900 1 300 10 rendered'],
    ['appendonly', { appendonly: 'no\n::error::x' }, 'no ∶:error::x in force, yes rendered']
  ])('report %s that differs as drift', (name, change, detail) => {
    expect(checkOf(name, facts(change))).toEqual({ name, code: 'config-drift', passed: false, detail })
  })

  test('that Redis does not tell are a note', () => {
    const silent = { info: parseInfo(health), live: new Map([['save', '900 1 300 10']]), refused: {} }
    expect(selfHostedChecks(silent, { expected }, 90).notes).toEqual([
      'Not compared with redis.conf: maxmemory, maxmemory-policy, appendfsync, protected-mode (this Redis does not tell).'
    ])
  })

  test.each([
    ['in other units', 'maxmemory 268435456', 'maxmemory'],
    ['in capitals', 'appendonly YES', 'appendonly'],
    ['in quotes', 'maxmemory-policy "allkeys-lru"', 'maxmemory-policy'],
    ['as a list of points', 'save 900 1 300 10', 'save']
  ])('accept an equivalent value %s', (_, text, name) => {
    expect(checkOf(name, facts(), conf(text))?.passed).toBe(true)
  })

  test('compare snapshots that were switched off', () => {
    expect(checkOf('save', facts({ save: '' }), conf('save ""'))).toMatchObject({ passed: true, detail: 'empty' })
  })

  test('that are not rendered are not compared, but for what Redis has built in', () => {
    const names = selfHostedChecks(facts(), { expected: conf('port 6379') }, 90).checks.map(({ name }) => name)
    expect(names).not.toContain('maxmemory')
    expect(names).toContain('save')
  })

  test('skip all settings where no configuration was rendered', () => {
    expect(
      selfHostedChecks(facts(), { expected: conf('appendonly no'), unresolved: ['appendonly', 'save'] }, 90).checks.map(
        ({ code }) => code
      )
    ).not.toContain('config-drift')
    expect(selfHostedChecks(facts(), { expected: undefined }, 90).checks.map(({ code }) => code)).not.toContain(
      'config-drift'
    )
  })
})

test('maxmemory and used memory are told in bytes, and as no number where Redis does not say', () => {
  const silent: RedisFacts = { info: new Map(), live: new Map(), refused: {} }
  expect([usedMemory(facts().info), maxmemory(facts())]).toEqual([mebibyte, 256 * mebibyte])
  expect([usedMemory(silent.info), maxmemory(silent)]).toEqual([Number.NaN, Number.NaN])
})

describe('a Redis that does not run a command', () => {
  const unknown = "ERR unknown command 'CONFIG', with args beginning with: 'GET'"
  const info = `maxmemory:${256 * mebibyte}\nmaxmemory_policy:allkeys-lru\n`
  const withoutConfig: RedisFacts = { ...facts({}, info), live: new Map(), refused: { CONFIG: unknown } }

  test('CONFIG: INFO still tells three settings, and the others are named as not compared', () => {
    const compared = selfHostedChecks(withoutConfig, { expected }, 90).checks.filter(
      ({ code }) => code === 'config-drift'
    )
    expect(compared.map(({ name, passed }) => [name, passed])).toEqual([
      ['maxmemory', true],
      ['maxmemory-policy', true],
      ['appendonly', true]
    ])
    expect(refusedNotes(withoutConfig, { expected })).toEqual([
      `Not compared, because Redis does not run CONFIG GET (${unknown}): appendfsync, save, protected-mode.`
    ])
  })

  test('CONFIG, and INFO tells another maxmemory: it is drift all the same', () => {
    const other = { ...withoutConfig, info: parseInfo(`${info}maxmemory:1\nused_memory:1\n${health}`) }
    expect(checkOf('maxmemory', other)).toMatchObject({ passed: false, detail: '1 in force, 268435456 rendered' })
  })

  test('INFO: memory and persistence are not judged, and that is said', () => {
    const withoutInfo: RedisFacts = { ...facts(), info: new Map(), refused: { INFO: 'NOPERM no' } }
    const { checks } = selfHostedChecks(withoutInfo, { expected }, 90)
    expect(checks.map(({ code, passed }) => [code, passed])).toEqual(Array(6).fill(['config-drift', true]))
    expect(refusedNotes(withoutInfo, { expected })).toEqual([
      'Memory and persistence were not checked, because Redis does not run INFO: NOPERM no.'
    ])
  })

  test('neither: nothing is judged, and nothing is compared where no configuration is known', () => {
    const silent: RedisFacts = { info: new Map(), live: new Map(), refused: { INFO: 'ERR a', CONFIG: 'ERR b' } }
    expect(selfHostedChecks(silent, { expected }, 90)).toEqual({ checks: [], notes: [] })
    expect(refusedNotes(silent, { expected })).toHaveLength(2)
    expect(refusedNotes(silent, { expected: undefined })).toHaveLength(1)
  })
})

describe('the checks of persistence', () => {
  test.each([
    ['last snapshot', 'rdb_last_bgsave_status:err', 'rdb_last_bgsave_status is err'],
    ['last append-only write', 'aof_last_write_status:err', 'aof_last_write_status is err'],
    ['last rewrite', 'aof_last_bgrewrite_status:err', 'aof_last_bgrewrite_status is err']
  ])('report a failed %s', (name, line, detail) => {
    expect(checkOf(name, facts({}, line))).toMatchObject({ code: 'persistence-failing', passed: false, detail })
  })

  test('without an append-only file is the snapshot alone', () => {
    const names = selfHostedChecks(facts({}, 'aof_enabled:0'), { expected: undefined }, 90).checks.map(
      ({ name }) => name
    )
    expect(names).toEqual(['used memory', 'last snapshot'])
  })

  test('of which Redis says nothing is not proven', () => {
    expect(checkOf('last snapshot', { info: new Map(), live: new Map(), refused: {} })).toMatchObject({
      passed: false,
      detail: 'rdb_last_bgsave_status is unknown'
    })
  })
})
