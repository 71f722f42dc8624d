import { describe, expect, test } from '@jest/globals'
import { parseRedisConfig } from '../../../../src/core/redis/config.ts'
import { parseInfo, usedMemory } from '../../../../src/core/redis/info.ts'
import { comparedSettings, maxmemory, type RedisFacts, selfHostedChecks } from '../../../../src/phases/probe/checks.ts'
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
  live: new Map(Object.entries({ ...live, ...changed }))
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
  selfHostedChecks(seen, config, threshold).find((check) => check.name === name)

test('pass for a Redis as rendered, each with what was seen', () => {
  expect(selfHostedChecks(facts(), expected, 90)).toEqual([
    { name: 'maxmemory', code: 'config-drift', passed: true, detail: '268435456' },
    { name: 'maxmemory-policy', code: 'config-drift', passed: true, detail: 'allkeys-lru' },
    { name: 'appendonly', code: 'config-drift', passed: true, detail: 'yes' },
    { name: 'appendfsync', code: 'config-drift', passed: true, detail: 'everysec' },
    { name: 'save', code: 'config-drift', passed: true, detail: '900 1 300 10' },
    { name: 'protected-mode', code: 'config-drift', passed: true, detail: 'yes' },
    { name: 'used memory', code: 'memory-over-threshold', passed: true, detail: '1 MiB of 256 MiB, 0.4 %' },
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
  const checks = selfHostedChecks(seen, expected, 90)
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

  test('report a setting missing in the reply as drift', () => {
    expect(checkOf('appendonly', { info: parseInfo(health), live: new Map() })?.detail).toBe(
      'unknown in force, yes rendered'
    )
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

  test('skip a setting that is not rendered unless Redis has a default for it', () => {
    const names = selfHostedChecks(facts(), conf('port 6379'), 90).map(({ name }) => name)
    expect(names).not.toContain('maxmemory')
    expect(names).toContain('save')
  })

  test('skip all settings where no configuration was rendered', () => {
    expect(
      selfHostedChecks(facts(), conf('appendonly no'), 90, comparedSettings).map(({ code }) => code)
    ).not.toContain('config-drift')
    expect(selfHostedChecks(facts(), undefined, 90).map(({ code }) => code)).not.toContain('config-drift')
  })
})

describe('the check of used memory', () => {
  test.each([
    ['below the threshold', 229, 90, true, '229 MiB of 256 MiB, 89.5 %'],
    ['at the threshold', 128, 50, false, '128 MiB of 256 MiB, 50.0 %, not below 50 %'],
    ['over the threshold', 255, 90, false, '255 MiB of 256 MiB, 99.6 %, not below 90 %'],
    ['over maxmemory', 300, 100, false, '300 MiB of 256 MiB, 117.2 %, not below 100 %']
  ])('judges memory %s', (_, used, threshold, passed, detail) => {
    const seen = facts({}, `used_memory:${used * mebibyte}\n`)
    expect(checkOf('used memory', seen, expected, threshold)).toMatchObject({ passed, detail })
  })

  test.each([
    ['maxmemory 0', facts({ maxmemory: '0' }), 'maxmemory is not set, so Redis can grow until it is killed'],
    [
      'an unknown maxmemory',
      { ...facts(), live: new Map() },
      'maxmemory is not set, so Redis can grow until it is killed'
    ],
    ['no figure', { ...facts(), info: parseInfo(health) }, 'missing in INFO']
  ])('fails with %s', (_, seen, detail) => {
    expect(checkOf('used memory', seen)).toMatchObject({ passed: false, detail })
  })

  test('reads numbers of bytes, and NaN where Redis reports none', () => {
    expect([usedMemory(facts().info), maxmemory(facts().live)]).toEqual([mebibyte, 256 * mebibyte])
    expect([usedMemory(new Map()), maxmemory(new Map())]).toEqual([Number.NaN, Number.NaN])
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

  test('cover the snapshot alone without an append-only file', () => {
    const names = selfHostedChecks(facts({}, 'aof_enabled:0'), undefined, 90).map(({ name }) => name)
    expect(names).toEqual(['used memory', 'last snapshot'])
  })

  test('fail where Redis reports no status', () => {
    expect(checkOf('last snapshot', { info: new Map(), live: new Map() })).toMatchObject({
      passed: false,
      detail: 'rdb_last_bgsave_status is unknown'
    })
  })
})
