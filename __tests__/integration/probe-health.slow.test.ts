import { mkdir, rmdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, jest, test } from '@jest/globals'
import { type RedisProcess, startRedis } from '../support/redis/process.ts'
import { findRedis } from '../support/redis/program.ts'
import { commanding, configOf, podWith, probing } from './probing.ts'

const password = 'pä ss"wort\'#1'
const installed = await findRedis()
// The stand-in neither runs out of memory nor saves anything.
const onlyReal = installed === undefined ? describe.skip : describe

/** Waits until INFO says this. */
async function told(redis: RedisProcess, wanted: string, secret = password): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const [info] = await commanding(redis, secret === '' ? undefined : secret, ['INFO', 'persistence'])
    if (String(info).includes(wanted)) return
    await sleep(10)
  }
  throw new Error(`INFO never said ${wanted}`)
}

/** Writes until Redis takes no more. */
async function fill(redis: RedisProcess): Promise<void> {
  try {
    for (;;) await commanding(redis, password, ['APPEND', 'key', 'x'.repeat(64 * 1024)])
  } catch (error) {
    expect(String(error)).toContain('OOM command not allowed')
  }
}

onlyReal('memory of a probed Redis', () => {
  const config = 'maxmemory 2mb\nmaxmemory-policy noeviction\nsave ""\n'

  test('is over the threshold if Redis is full, with its numbers', async () => {
    await using redis = await startRedis({ config, password })
    await using api = await podWith(redis)
    await fill(redis)
    const { failure, log } = await probing(api, password, { expected: configOf(config) })
    expect(failure).toMatchObject({
      code: 'memory-over-threshold',
      message: expect.stringMatching(
        /^write: the memory is full .*: OOM .*used memory: \d\.\d MiB of 2 MiB, \d+\.\d %, not below 90 %$/
      ),
      hint: expect.stringContaining('maxmemory-policy allkeys-lru')
    })
    expect(log.filter((line) => line.startsWith('✗'))).toHaveLength(2)
  })

  test('is compared with the threshold of the input', async () => {
    await using redis = await startRedis({ config, password })
    await using api = await podWith(redis)
    const lenient = await probing(api, password, { expected: configOf(config), memoryThresholdPercent: 99 })
    expect(lenient.failure).toBeUndefined()
    const strict = await probing(api, password, { expected: configOf(config), memoryThresholdPercent: 5 })
    expect(strict.failure).toMatchObject({
      code: 'memory-over-threshold',
      message: expect.stringMatching(
        /^used memory: \d\.\d MiB of 2 MiB, \d+\.\d %, not below 5 %$|^used memory: .* KiB/
      ),
      hint: 'raise memory-limit, and maxmemory up to half of it; or raise memory-threshold'
    })
  })
})

onlyReal('persistence of a probed Redis', () => {
  test('fails after a failed snapshot', async () => {
    await using redis = await startRedis({ config: 'maxmemory 64mb\nsave 3600 1\n', password })
    await using api = await podWith(redis)
    // No file can take the place of a folder, whoever Redis runs as.
    await mkdir(join(redis.dir, 'dump.rdb'))
    await commanding(redis, password, ['SET', 'key', 'value'], ['BGSAVE'])
    await told(redis, 'rdb_last_bgsave_status:err')
    const { failure } = await probing(api, password, { speed: 10 })
    await rmdir(join(redis.dir, 'dump.rdb'))
    expect(failure).toMatchObject({
      code: 'persistence-failing',
      message: expect.stringMatching(/^PING: MISCONF .*last snapshot: rdb_last_bgsave_status is err/),
      hint: expect.stringContaining('df -h /data')
    })
  })

  test('fails after the missing password is reported', async () => {
    await using redis = await startRedis({ config: 'maxmemory 64mb\nsave 3600 1\n' })
    await using api = await podWith(redis)
    await mkdir(join(redis.dir, 'dump.rdb'))
    await commanding(redis, undefined, ['SET', 'key', 'value'], ['BGSAVE'])
    await told(redis, 'rdb_last_bgsave_status:err', '')
    const console = jest.spyOn(globalThis.console, 'warn').mockImplementation(() => undefined)
    const { failure } = await probing(api, password, { speed: 10 })
    console.mockRestore()
    await rmdir(join(redis.dir, 'dump.rdb'))
    expect(failure).toMatchObject({ code: 'redis-open' })
  })

  const onlyWhereFull = process.platform === 'linux' ? test : test.skip

  onlyWhereFull('fails if the append-only file cannot be written', async () => {
    await using redis = await startRedis({ config: 'maxmemory 64mb\nsave ""\nappendonly yes\n', password })
    await using api = await podWith(redis)
    // A disk that is full, for the file that comes next.
    await symlink('/dev/full', join(redis.dir, 'appendonlydir', 'appendonly.aof.2.incr.aof'))
    await commanding(redis, password, ['BGREWRITEAOF'])
    await told(redis, 'aof_rewrite_in_progress:0')
    await commanding(redis, password, ['SET', 'key', 'value'])
    await told(redis, 'aof_last_write_status:err')
    const { failure } = await probing(api, password, { speed: 10 })
    expect(failure).toMatchObject({
      code: 'persistence-failing',
      message: expect.stringMatching(/^PING: MISCONF .*last append-only write: aof_last_write_status is err/)
    })
  })
})
