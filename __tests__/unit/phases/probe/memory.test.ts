import { describe, expect, test } from '@jest/globals'
import { parseInfo } from '../../../../src/core/redis/info.ts'
import { type MemoryFacts, memoryChecks } from '../../../../src/phases/probe/memory.ts'

const mebibyte = 1024 ** 2

/** A Redis with 256 MiB of maxmemory in a container with 512 MiB; sizes in MiB. */
const redis = ({ used = 1, rss = 10, policy = 'allkeys-lru', exceeded = 0, limit = 512 } = {}): MemoryFacts => ({
  info: parseInfo(
    `used_memory:${used * mebibyte}\nused_memory_rss:${rss * mebibyte}\ncurrent_eviction_exceeded_time:${exceeded}\n`
  ),
  maxmemory: 256 * mebibyte,
  policy,
  limit: limit * mebibyte
})
const said = (facts: MemoryFacts, threshold = 90) =>
  memoryChecks(facts, threshold).map(({ name, passed, detail }) => `${passed ? 'ok' : 'failed'}, ${name}: ${detail}`)

describe('a cache that evicts any key', () => {
  test.each(['allkeys-lru', 'allkeys-lfu', 'allkeys-random', 'allkeys-lrm'])(
    'with %s is healthy when it is full: its process is judged by the limit of the container',
    (policy) => {
      expect(said(redis({ used: 255, rss: 300, policy }))).toEqual([
        `ok, used memory: 255 MiB of 256 MiB, 99.6 %; ${policy} evicts keys when it is full`,
        'ok, memory of the process: 300 MiB of the container limit 512 MiB, 58.6 %'
      ])
    }
  )

  test('fails when its process comes close to the limit of the container, however little it stores', () => {
    expect(said(redis({ used: 100, rss: 470 }))).toContain(
      'failed, memory of the process: 470 MiB of the container limit 512 MiB, 91.8 %, not below 90 %'
    )
    expect(said(redis({ rss: 256 }), 50)).toContain(
      'failed, memory of the process: 256 MiB of the container limit 512 MiB, 50.0 %, not below 50 %'
    )
  })

  test('without a known limit, as a managed cache, has its share told', () => {
    expect(said({ ...redis({ used: 255 }), limit: undefined })).toEqual([
      'ok, used memory: 255 MiB of 256 MiB, 99.6 %; allkeys-lru evicts keys when it is full'
    ])
  })
})

describe('every other policy is judged by maxmemory', () => {
  test.each([
    ['noeviction', 229, 90, 'ok, used memory: 229 MiB of 256 MiB, 89.5 %'],
    ['noeviction', 128, 50, 'failed, used memory: 128 MiB of 256 MiB, 50.0 %, not below 50 %'],
    // Where keys have no TTL, it evicts nothing.
    ['volatile-lru', 255, 90, 'failed, used memory: 255 MiB of 256 MiB, 99.6 %, not below 90 %'],
    ['volatile-ttl', 300, 100, 'failed, used memory: 300 MiB of 256 MiB, 117.2 %, not below 100 %']
  ])('%s with %d MiB used, and a threshold of %d %%', (policy, used, threshold, line) => {
    expect(said(redis({ policy, used }), threshold)).toEqual([line])
  })

  test('so is a policy that is not known', () => {
    expect(said({ ...redis({ used: 255 }), policy: undefined })).toEqual([
      'failed, used memory: 255 MiB of 256 MiB, 99.6 %, not below 90 %'
    ])
  })
})

describe('whatever the policy', () => {
  test('Redis that cannot evict fast enough fails', () => {
    expect(said(redis({ exceeded: 1200 }))).toContain(
      'failed, eviction: Redis has been over maxmemory for 1200 ms: keys are written faster than it can evict, or it finds none'
    )
  })

  test('a moment over maxmemory is no failure: eviction works in slices of time', () => {
    expect(said(redis({ exceeded: 999 })).join()).not.toContain('eviction')
  })

  test('a maxmemory in force that the container has no room for fails', () => {
    expect(said(redis({ limit: 400 }))).toContain(
      'failed, memory limit: maxmemory 256 MiB is in force, which needs a container limit of 512 MiB; the limit is 400 MiB'
    )
  })

  test.each([
    ['maxmemory 0', 0, 'failed, used memory: maxmemory is not set, so Redis can grow until it is killed'],
    [
      'an unknown maxmemory',
      Number.NaN,
      'failed, used memory: maxmemory is not set, so Redis can grow until it is killed'
    ]
  ])('%s fails', (_, maxmemory, line) => {
    expect(said({ ...redis(), maxmemory })).toEqual([line])
  })

  test('an INFO without figures fails', () => {
    expect(said({ ...redis(), info: new Map() })).toEqual(['failed, used memory: missing in INFO'])
    expect(said({ ...redis(), info: parseInfo('used_memory:1\n') })).toContain(
      'failed, memory of the process: missing in INFO'
    )
  })
})
