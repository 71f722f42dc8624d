import { describe, expect, test } from '@jest/globals'
import { parseInfo } from '../../../../src/core/redis/info.ts'
import { runningFrom } from '../../../../src/phases/guard/running.ts'

const complete = [
  'loading:0',
  'used_memory_dataset:2048',
  'aof_enabled:1',
  'aof_rewrite_in_progress:0',
  'aof_rewrite_scheduled:0',
  'aof_last_bgrewrite_status:ok',
  'aof_base_size:88',
  'db0:keys=200,expires=3,avg_ttl=7',
  'db3:keys=1,expires=0,avg_ttl=0'
]
/** What a Redis says whose INFO differs in these lines. */
const saying = (...lines: string[]) => runningFrom(parseInfo([...complete, ...lines].join('\r\n')))
const without = (name: string, ...lines: string[]) =>
  runningFrom(parseInfo([...complete.filter((line) => !line.startsWith(name)), ...lines].join('\r\n')))

describe('the data of a running Redis', () => {
  test('is read from a complete INFO reply', () => {
    const memory = ['used_memory:5000', 'mem_not_counted_for_evict:904', 'maxmemory:8192']
    expect(saying(...memory, 'rdb_changes_since_last_save:7', 'redis_version:7.2.16')).toEqual({
      appends: true,
      unfinished: [],
      keys: 201,
      bytes: 2048,
      appendedBytes: 0,
      used: 4096,
      maxmemory: 8192,
      unsaved: 7,
      failing: [],
      engine: { name: 'redis', version: [7, 2] }
    })
  })

  test('is empty where there are no keys', () => {
    expect(without('db')).toMatchObject({ keys: 0 })
  })

  test('is marked as loading', () => {
    expect(saying('loading:1')?.keys).toBeUndefined()
  })

  test('has an unknown size where INFO omits it', () => {
    expect(without('used_memory_dataset')?.bytes).toBeUndefined()
  })

  test('has an unknown append-only state where INFO omits it', () => {
    expect(without('aof_enabled')).toBeUndefined()
  })
})

describe('what Redis could not write', () => {
  test('is the append-only file, where there is one', () => {
    expect(saying('aof_last_write_status:err', 'rdb_last_bgsave_status:err')?.failing).toEqual([
      'aof_last_write_status:err'
    ])
  })

  test('is else its snapshot', () => {
    expect(saying('aof_enabled:0', 'rdb_last_bgsave_status:err')?.failing).toEqual(['rdb_last_bgsave_status:err'])
  })
})

describe('a completed append-only file', () => {
  test.each([
    ['not while it is off', 'aof_enabled:0'],
    ['not while its first rewrite waits for a BGSAVE', 'aof_rewrite_scheduled:1'],
    ['not while it is written', 'aof_rewrite_in_progress:1'],
    ['not when that failed', 'aof_last_bgrewrite_status:err'],
    ['not before it has a base', 'aof_base_size:0']
  ])('is recognised: %s', (_, line) => {
    expect(saying(line)?.unfinished).toEqual([line])
  })

  test('is not recognised where INFO omits it', () => {
    expect(without('aof_last_bgrewrite_status')?.unfinished).toEqual(['aof_last_bgrewrite_status:'])
  })

  test('is recognised by its size alone before Redis 7', () => {
    expect(without('aof_base_size', 'aof_current_size:12')?.unfinished).toEqual([])
    expect(without('aof_base_size', 'aof_current_size:0')?.unfinished).toEqual(['aof_current_size:0'])
  })
})
