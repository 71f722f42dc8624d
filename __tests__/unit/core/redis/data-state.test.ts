import { describe, expect, test } from '@jest/globals'
import { busyWith, isAboutToEvict, keyCount } from '../../../../src/core/redis/data-state.ts'
import { parseInfo } from '../../../../src/core/redis/info.ts'

const info = (...lines: string[]) => parseInfo(lines.join('\r\n'))

test('the keys of all databases are counted', () => {
  expect(keyCount(info('db0:keys=200,expires=3', 'db3:keys=1,expires=0', 'db:keys=9'))).toBe(201)
  expect(keyCount(info('loading:0'))).toBe(0)
})

test('a server that loads, saves or rewrites is busy', () => {
  expect(busyWith(info('loading:1', 'rdb_bgsave_in_progress:0', 'aof_rewrite_scheduled:1'))).toEqual([
    'loading:1',
    'aof_rewrite_scheduled:1'
  ])
  expect(busyWith(info('loading:0'))).toEqual([])
})

describe('a Redis that may evict keys at any time', () => {
  const full = ['maxmemory:1000', 'used_memory:1500', 'mem_not_counted_for_evict:550', 'maxmemory_policy:allkeys-lru']

  test('is nearly full, by what counts against maxmemory', () => {
    expect(isAboutToEvict(info(...full))).toBe(true)
    expect(isAboutToEvict(info(...full, 'mem_not_counted_for_evict:700'))).toBe(false)
  })

  test.each([
    ['that evicts nothing', 'maxmemory_policy:noeviction'],
    ['without a limit', 'maxmemory:0']
  ])('is none %s', (_, line) => {
    expect(isAboutToEvict(info(...full, line))).toBe(false)
  })
})
