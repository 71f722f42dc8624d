import { execFile } from 'node:child_process'
import { access, readdir, readFile, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { Redis } from 'ioredis'
import { parse } from 'yaml'
import { standalone, standaloneFiles } from '../support/redis/configuration.ts'
import { startExporter } from '../support/redis/exporter.ts'
import { startHangUp, startHttp, startLoading, startSilent, startWrongPassword } from '../support/redis/misbehaving.ts'
import { type RedisOptions, startRedis } from '../support/redis/process.ts'
import { findRedis } from '../support/redis/program.ts'
import { command } from '../support/redis/resp.ts'

const password = 'pä ss"wort\'#1'
const installed = await findRedis()
const programs: [string, string][] = [['the stand-in', 'stand-in']]
if (installed !== undefined) programs.unshift([installed.name, installed.path])

/** The configuration that the project deploys. */
async function deployed(): Promise<{ config: string; includes: Record<string, string> }> {
  const manifest = join(import.meta.dirname, '../../manifests/base/redis-config.yaml')
  const includes = parse(await readFile(manifest, 'utf8')).data
  return { config: includes['redis.conf'], includes }
}

function client(port: number, options: { password?: string; protocol?: 2 | 3 } = { password }): Redis {
  const redis = new Redis({ host: '127.0.0.1', port, ...options, retryStrategy: () => null, lazyConnect: true })
  redis.on('error', () => undefined)
  return redis
}

/** What a server answers to these bytes: until it has answered the QUIT after them, or says nothing for a while. */
async function converse(port: number, sent: Buffer[], patience = 5000): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let received = ''
  socket.setTimeout(patience, () => resolve(received))
  socket.on('error', reject)
  socket.on('close', () => resolve(received.replace(/\+OK\r\n$/, '')))
  socket.setEncoding('utf8').on('data', (text) => {
    received += text
  })
  // In one piece: what arrives after a server has closed the connection makes it reset, and its answer is lost.
  socket.write(Buffer.concat([...sent, command('QUIT')]))
  try {
    return await promise
  } finally {
    socket.destroy()
  }
}

describe.each(programs)('startRedis with %s', (_name, program) => {
  test.each([2, 3] as const)('serves the deployed configuration over RESP%d', async (protocol) => {
    await using server = await startRedis({ ...(await deployed()), password, program })
    expect(server.embedded).toBe(program === 'stand-in')
    expect(server.program).toMatch(/^(redis|valkey)-server \d+\.\d+\.\d+$|^embedded stand-in$/)
    const redis = client(server.port, { password, protocol })
    try {
      await redis.connect()
      expect(await redis.ping()).toBe('PONG')
      expect(await redis.set('key', 'wert ä', 'EX', 60)).toBe('OK')
      expect(await redis.get('key')).toBe('wert ä')
      expect(await redis.getBuffer('key')).toEqual(Buffer.from('wert ä'))
      expect(await redis.ttl('key')).toBeGreaterThan(58)
      expect(await redis.del('key', 'none')).toBe(1)
      expect(await redis.get('key')).toBeNull()
      const flat = await redis.config('GET', 'maxmemory*', 'append[of]*', 'save', 'protected-mode')
      expect(flat).toEqual(expect.arrayContaining(['maxmemory', '268435456', 'maxmemory-policy', 'allkeys-lru']))
      expect(flat).toEqual(expect.arrayContaining(['save', '900 1 300 10 60 10000', 'protected-mode', 'yes']))
      expect(flat).toEqual(expect.arrayContaining(['appendfsync', 'everysec', 'appendonly', 'yes']))
      expect(await redis.info('stats')).toMatch(/keyspace_hits:3\r\nkeyspace_misses:1\r\n/)
      expect(await redis.info()).toMatch(/redis_version:\d[\s\S]*maxmemory:268435456\r\n[\s\S]*aof_enabled:1\r\n/)
    } finally {
      redis.disconnect()
    }
  })

  test('admits clients without a password if there is none', async () => {
    await using server = await startRedis({ program })
    expect(await converse(server.port, [command('PING')])).toBe('+PONG\r\n')
  })

  test('refuses to start with a Kubernetes unit', async () => {
    await expect(startRedis({ config: 'maxmemory 256Mi', program })).rejects.toThrow(/maxmemory 256Mi/)
  })

  test('removes its directory', async () => {
    const server = await startRedis({ program })
    await access(server.dir)
    await server[Symbol.asyncDispose]()
    await expect(access(server.dir)).rejects.toThrow('ENOENT')
    await expect(converse(server.port, [])).rejects.toThrow('ECONNREFUSED')
    await server[Symbol.asyncDispose]()
  })
})

describe('a real server', () => {
  const onlyReal = installed === undefined ? test.skip : test

  onlyReal('has its password neither in its arguments nor in a readable file', async () => {
    await using server = await startRedis({ ...(await deployed()), password })
    for (const name of ['redis.conf', 'auth.conf']) {
      const path = join(server.dir, name)
      expect(await readFile(path, 'utf8')).not.toContain(password)
      expect((await stat(path)).mode & 0o777).toBe(0o600)
    }
    expect(await readdir(server.dir)).toContain('appendonlydir')
    const redis = client(server.port)
    const [, pid = ''] = /process_id:(\d+)/.exec(await redis.info('server')) ?? []
    redis.disconnect()
    const { stdout } = await promisify(execFile)('ps', ['-o', 'args=', '-p', pid])
    expect(stdout).toContain('server')
    expect(stdout).not.toContain(password)
  })

  // Valkey and later lines of Redis word some refusals differently.
  const onlyRedis7 = installed?.name.startsWith('redis-server 7.') ? test : test.skip

  onlyRedis7('replies word for word like the stand-in', async () => {
    const options: RedisOptions = { ...(await deployed()), password }
    await using real = await startRedis(options)
    await using standIn = await startRedis({ ...options, program: 'stand-in' })
    const auth = command('AUTH', password)
    const conversations = [
      [command('PING')],
      [command('GET', 'x')],
      [command('NOSUCH', 'a', 'b')],
      [command('get')],
      [command('AUTH', 'wrong')],
      [command('AUTH', 'default', 'wrong')],
      [command('AUTH', 'nobody', password)],
      [command('AUTH', 'default', password), command('PING', 'hi')],
      [command('AUTH', 'a', 'b', 'c')],
      [command('HELLO', '3')],
      [command('HELLO', '4')],
      [command('HELLO', 'x')],
      [command('HELLO', '3', 'AUTH', 'default', 'wrong')],
      [auth, command('HELLO', '3', 'NOSUCH')],
      [auth, command('SELECT', '3'), command('SELECT', '99'), command('SELECT', 'x')],
      [auth, command('SET', 'k', 'v', 'PX', '0'), command('SET', 'k', 'v', 'NOSUCH'), command('SET', 'k', 'v', 'EX')],
      [auth, command('SET', 'k', 'v', 'NX'), command('SET', 'k', 'w', 'NX'), command('GET', 'k'), command('DEL', 'k')],
      [auth, command('CONFIG', 'GET', 'maxmemory'), command('CONFIG', 'NOSUCH'), command('CONFIG', 'GET')],
      [auth, command('ACL', 'LIST'), command('ACL', 'NOSUCH')],
      [auth, command('CLIENT', 'NOSUCH'), command('COMMAND', 'NOSUCH')],
      [auth, command('CLIENT', 'GETNAME'), command('CLIENT', 'SETNAME', 'x'), command('CLIENT', 'GETNAME')],
      [auth, Buffer.from('PING\r\n'), Buffer.from('ECHO word\r\n')],
      [auth, command('TTL', 'none'), command('EXISTS', 'none'), command('DBSIZE')],
      []
    ]
    for (const conversation of conversations) {
      const [answer, expected] = await Promise.all([standIn, real].map(({ port }) => converse(port, conversation)))
      // Before 7.2 the hint lacks a word.
      expect(answer).toBe(expected?.replace('HELLO AUTH <user>', 'HELLO <proto> AUTH <user>'))
    }
  })
})

describe('standalone', () => {
  const placement = {
    port: 7000,
    dir: '/somewhere else',
    includes: { 'a.conf': 'maxmemory 1mb\nport 1\ninclude b.conf' }
  }

  test('resolves includes and replaces dir, port and bind', () => {
    const includes = { ...placement.includes, 'b.conf': 'appendonly yes' }
    const text = standalone('bind *\nport 6379\n# dir\ndir /data\ninclude /etc/redis/a.conf\nsave ""', {
      ...placement,
      includes
    })
    expect(text).toBe('bind * -::*\nport 7000\ndir "/somewhere else"\n# dir\nmaxmemory 1mb\nappendonly yes\nsave ""\n')
  })

  test('keeps the includes as files for a real server', () => {
    const files = standaloneFiles('include /etc/redis/a.conf', {
      ...placement,
      includes: { 'a.conf': 'port 1\nsave ""' }
    })
    expect(files.get('redis.conf')).toContain('include "/somewhere else/a.conf"')
    expect(files.get('a.conf')).toBe('save ""')
  })

  test.each([
    ['a missing key', 'include none.conf', /include none\.conf: no such key; there are a\.conf/],
    ['a circle', 'include a.conf', /a\.conf includes itself/]
  ])('refuses %s', (_name, text, message) => {
    expect(() => standalone(text, { ...placement, includes: { 'a.conf': 'include a.conf' } })).toThrow(message)
  })
})

describe('the exporter stand-in', () => {
  test.each(programs)('serves the metrics of %s', async (_name, program) => {
    await using server = await startRedis({ config: 'maxmemory 256mb', password, program })
    await using exporter = await startExporter({ redisPort: server.port, password })
    const metrics = async (): Promise<string> => (await fetch(`http://127.0.0.1:${exporter.port}/metrics`)).text()
    const first = await metrics()
    expect(first).toMatch(/^# HELP redis_up .+\n# TYPE redis_up gauge\nredis_up 1\n/)
    expect(first).toContain('\nredis_memory_max_bytes 268435456\n')
    expect(first).toContain('# TYPE redis_keyspace_hits_total counter\nredis_keyspace_hits_total 0\n')
    expect(first).toMatch(/\nredis_connected_clients 1\n/)
    expect(first).toMatch(/\nredis_memory_used_bytes \d+\n/)
    const redis = client(server.port)
    await redis.get('none')
    redis.disconnect()
    expect(await metrics()).toContain('\nredis_keyspace_misses_total 1\n')
  })

  test('serves only redis_up 0 with a wrong password or without Redis', async () => {
    await using server = await startRedis({ password, program: 'stand-in' })
    await using exporter = await startExporter({ redisPort: server.port, password: 'wrong' })
    const down = expect.stringMatching(/\nredis_up 0\n$/)
    expect(await (await fetch(`http://127.0.0.1:${exporter.port}/metrics`)).text()).toEqual(down)
    await server[Symbol.asyncDispose]()
    expect(await (await fetch(`http://127.0.0.1:${exporter.port}/metrics`)).text()).toEqual(down)
    expect(await (await fetch(`http://127.0.0.1:${exporter.port}/health`)).text()).toBe('ok')
    expect((await fetch(`http://127.0.0.1:${exporter.port}/`)).status).toBe(404)
  })
})

describe('misbehaving servers', () => {
  test('stay silent, hang up or speak HTTP', async () => {
    await using silent = await startSilent()
    await using hangUp = await startHangUp()
    await using http = await startHttp()
    expect(await converse(silent.port, [command('PING')], 200)).toBe('')
    expect(await converse(hangUp.port, [command('PING')]).catch(() => '')).toBe('')
    expect(await converse(http.port, [command('PING')])).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect((await fetch(`http://127.0.0.1:${http.port}/`)).status).toBe(400)
  })

  test('reject the password', async () => {
    await using server = await startWrongPassword()
    const redis = client(server.port)
    const { promise, resolve } = Promise.withResolvers<Error>()
    redis.on('error', resolve)
    await expect(redis.connect()).rejects.toThrow('Connection is closed.')
    expect(await promise).toMatchObject({ message: expect.stringMatching(/^WRONGPASS invalid username-password pair/) })
    expect(await converse(server.port, [command('PING')])).toBe('-NOAUTH Authentication required.\r\n')
  })

  test.each(programs)('load and then %s', async (_name, program) => {
    await using server = await startRedis({ password, program })
    await using loading = await startLoading(server.port, 4)
    const auth = command('AUTH', password)
    expect(await converse(loading.port, [command('PING')])).toBe('-NOAUTH Authentication required.\r\n')
    expect(await converse(loading.port, [auth, command('PING')])).toMatch(/^\+OK\r\n-LOADING Redis is loading/)
    expect(await converse(loading.port, [auth, command('INFO', 'persistence')])).toContain('\nloading:1\r\n')
    // ioredis waits for loading:0 by itself.
    const redis = client(loading.port)
    await redis.connect()
    redis.disconnect()
    expect(await converse(loading.port, [auth, command('PING')])).toBe('+OK\r\n+PONG\r\n')
  })
})
