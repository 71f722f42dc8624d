import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { interval } from '../../src/phases/probe/time-limits.ts'
import { selfSignedCertificate } from '../support/kubernetes-api/http/certificate.ts'
import { closedPort, type Listener, listen } from '../support/redis/listen.ts'
import { startHangUp, startHttp, startLoading, startSilent, startWrongPassword } from '../support/redis/misbehaving.ts'
import { type RedisProcess, startRedis } from '../support/redis/process.ts'
import { startTls } from '../support/redis/tls.ts'
import { podWith, probing } from './probing.ts'

const password = 'pä ss"wort\'#1'
let redis: RedisProcess
/** The first byte of a handshake, and a fatal alert of TLS 1.2. */
const hello = 0x16
const alert = Buffer.from([0x15, 3, 3, 0, 2, 2, 40])

beforeAll(async () => {
  redis = await startRedis({ config: 'maxmemory 64mb\nsave ""\n', password })
})
afterAll(async () => redis[Symbol.asyncDispose]())

const nobody = async (): Promise<Listener> => ({ port: closedPort, async [Symbol.asyncDispose]() {} })

describe('a Redis that does not reply', () => {
  test.each<[string, () => Promise<Listener>, RegExp]>([
    ['is silent', startSilent, /timed? ?out/i],
    ['hangs up', startHangUp, /./],
    ['does not listen', nobody, /error forwarding port 6379 to pod .*connection refused/]
  ])('fails the probe because it %s', async (_situation, start, said) => {
    await using server = await start()
    await using api = await podWith(server)
    const { failure, open, waits } = await probing(api, password, { speed: 10 })
    expect(failure).toMatchObject({
      code: 'redis-unreachable',
      message: expect.stringMatching(/^Redis in pod redis-0 does not answer through a port-forward: ./),
      hint: 'read the Redis log: `kubectl -n default logs redis-0 -c redis`'
    })
    expect(failure?.message).toMatch(said)
    expect(open).toEqual([])
    // Its patience is 10 s, and not the minute of the run.
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThan(20_000)
  })

  test('fails the probe at once if it does not accept the password', async () => {
    await using server = await startWrongPassword()
    await using api = await podWith(server)
    const { failure, waits } = await probing(api, password)
    expect(failure).toMatchObject({ code: 'redis-auth' })
    expect(waits).not.toContain(interval)
  })
})

describe('a Redis whose answer is final fails the probe at once', () => {
  const replying = (line: string) => () => listen((socket) => socket.on('data', () => socket.write(`-${line}\r\n`)))

  test.each([
    [
      'a script blocks it',
      replying('BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.'),
      /^a script blocks Redis in pod redis-0, which runs nothing else meanwhile: BUSY /,
      'redis-cli SCRIPT KILL'
    ],
    [
      'it replies with an error',
      replying('ERR unknown'),
      /^Redis in pod redis-0 replies with an error: ERR unknown$/,
      'read the Redis log'
    ],
    [
      'it speaks TLS',
      async () => startTls(redis.port, await selfSignedCertificate()),
      /^Redis in pod redis-0 speaks TLS on port 6379/,
      'write port 6379 in redis.conf'
    ],
    [
      'it answers with an alert of TLS',
      async () => listen((socket) => socket.once('data', () => socket.end(alert))),
      /^Redis in pod redis-0 speaks TLS on port 6379/,
      'write port 6379 in redis.conf'
    ],
    [
      'it resets connections that are not of TLS',
      async () =>
        listen((socket) =>
          socket.once('data', (data) => (data[0] === hello ? socket.end(alert) : socket.resetAndDestroy()))
        ),
      /^Redis in pod redis-0 speaks TLS on port 6379/,
      'write port 6379 in redis.conf'
    ],
    [
      'it is an HTTP server',
      startHttp,
      /^what listens on port 6379 in pod redis-0 is not Redis: Unknown RESP type/,
      'let redis-server of container redis listen there'
    ]
  ])('because %s', async (_, start, message, hint) => {
    await using server = await start()
    await using api = await podWith(server)
    const { failure, waits, open } = await probing(api, password)
    expect(failure).toMatchObject({
      code: 'redis-unreachable',
      message: expect.stringMatching(message),
      hint: expect.stringContaining(hint)
    })
    expect(waits).not.toContain(interval)
    expect(open).toEqual([])
  })

  test('but for one that has no room for another client, which it may have a moment later', async () => {
    await using server = await replying('ERR max number of clients reached')()
    await using api = await podWith(server)
    const { failure, waits } = await probing(api, password, { speed: 10 })
    expect(failure?.message).toBe(
      'Redis in pod redis-0 turns clients away, because as many as maxclients are connected'
    )
    expect(waits).toContain(interval)
  })
})

test('fails the probe without the times that would take too long to read', async () => {
  await using server = await startWrongPassword()
  await using api = await podWith(server)
  const onStart = () => api.fault({ path: /\/statefulsets\/redis$/, times: 1000, reply: 'hang' })
  const { failure } = await probing(api, password, { speed: 20, onStart })
  expect(failure?.code).toBe('redis-auth')
  expect(failure?.message).not.toContain('has been running since')
})

describe('a Redis that loads its data', () => {
  test('is awaited with one log line', async () => {
    await using loading = await startLoading(redis.port, 5)
    await using api = await podWith(loading)
    const { failure, log } = await probing(api, password, { speed: 4 })
    expect(failure).toBeUndefined()
    expect(log.filter((line) => line.startsWith('waiting'))).toEqual(['waiting for Redis to load its data'])
  })

  test('is awaited longer than an unreachable Redis', async () => {
    // As many waits take 15 s.
    await using loading = await startLoading(redis.port, 60)
    await using api = await podWith(loading)
    const { failure } = await probing(api, password, { speed: 20, timeout: 600_000 })
    expect(failure).toBeUndefined()
  })

  test('is awaited until the timeout', async () => {
    await using loading = await startLoading(redis.port, Number.POSITIVE_INFINITY)
    await using api = await podWith(loading)
    const { failure, open } = await probing(api, password, { speed: 20, timeout: 15_000 })
    expect(failure).toMatchObject({
      code: 'redis-loading',
      message: 'Redis in pod redis-0 is still loading its data after 15 s',
      hint: expect.stringContaining('kubectl -n default logs redis-0 -c redis --follow')
    })
    expect(open).toEqual([])
  })
})

test('a certain failure ends the probe at once and leaves nothing open', async () => {
  // The exporter does not listen, and would be given 10 s.
  await using api = await podWith(redis)
  const { failure, open } = await probing(api, 'the-password-of-yesterday', { exporter: true, speed: 5 })
  expect(failure?.code).toBe('redis-auth')
  expect(open).toEqual([])
})
