import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { openRedisConnection, RedisError } from '../../src/clients/redis/connection.ts'
import { systemClock } from '../../src/clients/runner/system-clock.ts'
import { Deadline } from '../../src/core/deadline.ts'
import type { Preparation } from '../../src/core/result.ts'
import { readData } from '../../src/phases/data/data.ts'
import { type Prepared, prepare } from '../../src/phases/prepare/prepare.ts'
import { expectNoSecret } from '../support/captured.ts'
import { type RedisProcess, startRedis } from '../support/redis/process.ts'
import { ended, wordsOf } from './outcome.ts'
import { commanding } from './probing.ts'
import { namespace } from './rendering.ts'

let password: string
let redis: RedisProcess
let notes: string[]

beforeEach(async () => {
  notes = []
  password = randomBytes(12).toString('base64url')
  redis = await startRedis({ password, config: 'appendonly no\nsave ""\n' })
})
afterEach(async () => redis[Symbol.asyncDispose]())

const commands = (...each: (readonly [string, ...string[]])[]) => commanding(redis, password, ...each)
const info = async (section: string) => String((await commands(['INFO', section]))[0])
const appendOnly: Preparation = { kind: 'append-only', because: 'redis-0 would restart', hint: 'switch it on' }
const snapshot: Preparation = { kind: 'save', because: 'redis-0 would restart', hint: 'save it' }

const redisDeps = () => ({
  openTunnel: async () => ({ port: redis.port, problem: undefined, [Symbol.asyncDispose]: async () => {} }),
  openRedis: openRedisConnection
})

/** Prepares the Redis of this test; its password may stand in nothing that is said. */
async function preparing(...preparations: Preparation[]) {
  const log: string[] = []
  const run = await ended(
    prepare(
      {
        login: { password },
        restart: { because: 'redis-0 would restart', hint: 'wait' },
        preparations,
        keepsData: true
      },
      new Deadline(systemClock, 20_000),
      {
        ...redisDeps(),
        isReply: (error, ...codes) => error instanceof RedisError && codes.includes(error.code),
        clock: systemClock,
        signal: new AbortController().signal,
        note: (sentence) => void notes.push(sentence),
        log: (line) => void log.push(line)
      }
    )
  )
  expectNoSecret([...log, ...notes, run.failure === undefined ? '' : wordsOf(run.failure)].join('\n'), [password])
  return { ...run, log }
}

const reading = ({ sentinels = new Map(), keysBefore, mayEvict }: Prepared) =>
  readData({ namespace, username: undefined, credentials: { password }, keysBefore, mayEvict, sentinels }, redisDeps())

test('leaves keys that tell later that the data is there, and that go when they were read', async () => {
  await commands(['SET', 'patient', 'treated'])
  const { result: prepared } = await preparing()
  if (prepared === undefined) throw new Error('nothing was prepared')
  expect(prepared).toMatchObject({ keysBefore: 1, done: [] })
  expect(prepared.sentinels?.size).toBe(5)
  const expiry = await commands(['TTL', [...(prepared.sentinels ?? [])][0]?.[0] ?? ''])
  expect(expiry[0]).toBeGreaterThan(3_000)
  expect(await reading(prepared)).toMatchObject({
    failure: undefined,
    sentence: '5 of 5 sentinel keys found again; 1 keys before, 1 after',
    keysAfter: 1
  })
  expect(await commands(['DBSIZE'])).toEqual([1])
})

test('finds out that a key is missing', async () => {
  await commands(['SET', 'patient', 'treated'])
  const { result: prepared } = await preparing()
  if (prepared === undefined) throw new Error('nothing was prepared')
  await commands(['DEL', [...(prepared.sentinels ?? [])][0]?.[0] ?? ''])
  const { failure } = await reading(prepared)
  expect(failure).toMatchObject({
    code: 'data-lost',
    message: expect.stringContaining('4 of 5 sentinel keys found again'),
    hint: expect.stringContaining('docs/data-safety.md')
  })
})

test('takes back what the run does not need after all', async () => {
  const { result: prepared } = await preparing()
  await prepared?.undo()
  expect(await commands(['DBSIZE'])).toEqual([0])
})

test('switches the append-only file on, waits until it is complete, and takes that back', async () => {
  if (redis.embedded) return
  await commands(['SET', 'patient', 'treated'], ['BGSAVE'])
  const { result: prepared, failure } = await preparing(appendOnly)
  expect(failure).toBeUndefined()
  expect(prepared?.done).toEqual(['its append-only file is switched on and complete'])
  const said = await info('persistence')
  for (const line of ['aof_enabled:1', 'aof_rewrite_in_progress:0', 'aof_rewrite_scheduled:0'])
    expect(said).toContain(line)
  expect(said).toMatch(/aof_base_size:[1-9]/)
  await prepared?.undo()
  expect(await info('persistence')).toContain('aof_enabled:0')
})

test('saves a snapshot of all that changed', async () => {
  if (redis.embedded) return
  await commands(['SET', 'patient', 'treated'])
  const { result: prepared } = await preparing(snapshot)
  expect(prepared?.done).toEqual(['it has saved a snapshot'])
  expect(await info('persistence')).toMatch(/rdb_changes_since_last_save:0\r.*rdb_last_bgsave_status:ok/s)
})

test('is refused where the user may not do it, and leaves nothing', async () => {
  if (redis.embedded) return
  await commands(['ACL', 'SETUSER', 'default', '-config'])
  const { failure } = await preparing(appendOnly)
  expect(failure).toMatchObject({
    code: 'data-at-risk',
    message: expect.stringMatching(/CONFIG SET appendonly yes was answered with: NOPERM .*; redis-0 was not touched$/),
    hint: 'switch it on'
  })
  expect(await commands(['DBSIZE'])).toEqual([0])
})

test('is refused where the snapshot cannot be written', async () => {
  if (redis.embedded) return
  await commands(['SET', 'patient', 'treated'])
  const [directory] = await commands(['CONFIG', 'GET', 'dir'])
  await rm(String((directory as string[])[1]), { recursive: true })
  const { failure } = await preparing(snapshot)
  expect(failure).toMatchObject({ code: 'data-at-risk', message: expect.stringContaining('the snapshot failed') })
})

test('goes on without keys of its own where Redis takes none, and says so', async () => {
  if (redis.embedded) return
  await commands(['ACL', 'SETUSER', 'default', 'resetkeys', '~patient:*'])
  const { result: prepared, failure } = await preparing()
  expect(failure).toBeUndefined()
  expect(prepared?.sentinels).toBeUndefined()
  expect(notes).toEqual([expect.stringMatching(/^Whether the data survives is not proven .*NOPERM/)])
})
