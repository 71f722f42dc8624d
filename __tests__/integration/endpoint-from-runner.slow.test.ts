import { randomBytes } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Authority, createAuthority, daysFromNow } from '../support/certificates.ts'
import type { Certificate } from '../support/kubernetes-api/http/certificate.ts'
import { closedPort, type Listener } from '../support/redis/listen.ts'
import { startHangUp, startHttp, startLoading, startSilent } from '../support/redis/misbehaving.ts'
import { type RedisProcess, startRedis } from '../support/redis/process.ts'
import { findRedis } from '../support/redis/program.ts'
import { startTls } from '../support/redis/tls.ts'
import { type ConnectionRun, connectingFromRunner, credentialsOf } from './connecting.ts'
import { commanding, giveAllSlots, startCluster } from './probing.ts'

const password = randomBytes(24).toString('hex')
const settings = 'maxmemory 64mb\nmaxmemory-policy volatile-lru\n'
const host = 'localhost'

let authority: Authority
let redis: RedisProcess

beforeAll(async () => {
  authority = await createAuthority()
  redis = await startRedis({ password, config: settings })
})
afterAll(async () => redis[Symbol.asyncDispose]())

/** Asks a server of this machine. */
async function asking(
  { port }: Pick<Listener, 'port'>,
  { scheme = 'rediss', name = host, secret = password, user = '', speed = 1, ...options } = {}
): Promise<ConnectionRun> {
  const credentials = credentialsOf({ host: name, port }, secret, { scheme, user })
  return connectingFromRunner(credentials, { authorities: [authority.certificate], ...options }, speed)
}

/** Asks a Redis behind TLS with this certificate. */
async function askingWith(certificate: Certificate, options = {}, { port } = redis): Promise<ConnectionRun> {
  await using tls = await startTls(port, certificate)
  return await asking(tls, options)
}

const checksOf = ({ checks }: ConnectionRun) => checks.map(({ name, passed }) => `${passed ? '✓' : '✗'} ${name}`)

describe('a cache with TLS', () => {
  test('passes every check if it is correct', async () => {
    const run = await askingWith(await authority.issue(host))
    expect(run.failure).toBeUndefined()
    expect(checksOf(run)).toEqual([
      '✓ host name',
      '✓ TCP',
      '✓ TLS',
      '✓ certificate name',
      '✓ without a password',
      '✓ PING',
      '✓ role',
      '✓ maxmemory-policy',
      '✓ used memory',
      '✓ write'
    ])
    expect(run.result).toMatchObject({
      redisVersion: expect.stringMatching(/^\D*\d+\.\d+\.\d+/),
      usedMemoryBytes: expect.any(Number),
      maxmemoryBytes: 64 * 1024 ** 2
    })
    expect(run.log).toContain('✓ without a password: refused')
    expect(run.notes).toEqual([])
  })

  test('is queried as the user in the URL', async () => {
    const run = await askingWith(await authority.issue(host), { user: 'nobody' })
    expect(run.failure).toMatchObject({ code: 'redis-auth', message: expect.stringContaining('WRONGPASS') })
  })

  test('gets its host name by SNI, but no IP address', async () => {
    const [own, other] = [await authority.issue(host), await authority.issue('127.0.0.1')]
    const names: string[] = []
    await using tls = await startTls(redis.port, other, {
      SNICallback(name, done) {
        names.push(name)
        done(null, createSecureContext(own))
      }
    })
    expect((await asking(tls)).failure).toBeUndefined()
    const asked = names.length
    expect((await asking(tls, { name: '127.0.0.1' })).failure).toBeUndefined()
    expect(new Set(names)).toEqual(new Set([host]))
    expect(names).toHaveLength(asked)
  })

  test('is verified by its IP address if the URL has one', async () => {
    const ip = { name: '127.0.0.1' }
    expect((await askingWith(await authority.issue('127.0.0.1'), ip)).failure).toBeUndefined()
    expect((await askingWith(await authority.issue(host), ip)).failure?.message).toBe(
      'certificate name: the certificate is not for 127.0.0.1: it names no address'
    )
  })
})

describe('the certificate of the cache', () => {
  const stopped = ['✓ host name', '✓ TCP']

  test('is refused for another host', async () => {
    const run = await askingWith(await authority.issue('replica.hospital-erp.abc123.apn2.cache.amazonaws.com'))
    expect(run.failure).toMatchObject({
      code: 'elasticache-unreachable',
      message: expect.stringMatching(
        /^certificate name: the certificate is not for localhost: it names DNS:replica\.hospital-erp\.abc123/
      ),
      hint: expect.stringContaining('not an alias (CNAME)')
    })
    expect(checksOf(run)).toEqual([...stopped, '✓ TLS', '✗ certificate name'])
  })

  test('is refused if it has expired', async () => {
    const certificate = await authority.issue(host, { from: daysFromNow(-20), until: daysFromNow(-1) })
    const run = await askingWith(certificate)
    expect(run.failure).toMatchObject({
      code: 'elasticache-unreachable',
      message: expect.stringMatching(/^TLS: a certificate of localhost:\d+ has expired: certificate has expired$/)
    })
    expect(checksOf(run)).toEqual([...stopped, '✗ TLS'])
  })

  test('is refused if it is not valid yet', async () => {
    const certificate = await authority.issue(host, { from: daysFromNow(2), until: daysFromNow(20) })
    const { failure } = await askingWith(certificate)
    expect(failure?.message).toMatch(/^TLS: a certificate of localhost:\d+ is not valid yet: /)
  })

  test('is refused if its CA is unknown', async () => {
    const certificate = await (await createAuthority('Another Authority')).issue(host)
    const run = await askingWith(certificate)
    expect(run.failure).toMatchObject({
      code: 'elasticache-unreachable',
      message: expect.stringMatching(/^TLS: the certificate of localhost:\d+ is signed by an untrusted authority: /),
      hint: expect.stringContaining('NODE_EXTRA_CA_CERTS')
    })
    expect(checksOf(run)).toEqual([...stopped, '✗ TLS'])
  })
})

// The stand-in has neither cluster mode, nor rights of users, nor pauses.
const onlyReal = (await findRedis()) === undefined ? test.skip : test

describe('a cache that replies', () => {
  test('fails if it rejects the password', async () => {
    const run = await askingWith(await authority.issue(host), { secret: randomBytes(16).toString('hex') })
    expect(run.failure).toMatchObject({
      code: 'redis-auth',
      message: expect.stringMatching(/^PING: the password of Secret\/redis-credentials was rejected: WRONGPASS/),
      hint: expect.stringContaining('--auth-token-update-strategy ROTATE')
    })
    expect(checksOf(run).slice(-2)).toEqual(['✓ without a password', '✗ PING'])
  })

  test('fails if it needs no password', async () => {
    await using open = await startRedis({ config: `protected-mode no\n${settings}` })
    const { failure } = await askingWith(await authority.issue(host), {}, open)
    expect(failure).toMatchObject({
      code: 'redis-open',
      message: 'without a password: PING was answered with PONG',
      hint: expect.stringContaining('--auth-token-update-strategy SET')
    })
  })

  test('fails if it is a replica behind a reader endpoint', async () => {
    await using replica = await startRedis({ password, config: `${settings}replicaof 127.0.0.1 1\n` })
    const { failure } = await askingWith(await authority.issue(host), {}, replica)
    expect(failure).toMatchObject({
      code: 'secret-field',
      message: expect.stringMatching(/^role: localhost:\d+ is a replica of 127\.0\.0\.1:1 and accepts no writes$/),
      hint: expect.stringContaining('store the primary endpoint, not the reader endpoint')
    })
  })

  onlyReal('has a note that the role of a cluster node is not judged', async () => {
    await using node = await startRedis({ password, config: `${settings}cluster-enabled yes\n` })
    await giveAllSlots(node, password)
    const { failure, notes, checks } = await askingWith(await authority.issue(host), {}, node)
    expect(failure).toBeUndefined()
    expect(checks.map(({ name }) => name)).not.toContain('role')
    expect(notes).toEqual([expect.stringContaining('in cluster mode')])
    expect(checks.at(-1)).toMatchObject({ name: 'write', passed: true })
  })

  onlyReal('is followed to the node of a cluster that holds the key', async () => {
    await using cluster = await startCluster(settings, password)
    const { failure, notes, checks } = await asking(cluster.empty, { scheme: 'redis', name: '127.0.0.1' })
    expect(failure).toBeUndefined()
    expect(notes).toEqual([expect.stringContaining('in cluster mode')])
    expect(checks.at(-1)).toEqual({
      name: 'write',
      passed: true,
      detail: 'SET, GET and DEL of a key of its own, in one shard; the others were not tried'
    })
    expect(await commanding(cluster.full, password, ['DBSIZE'])).toEqual([0])
  })

  onlyReal('fails if it is a node of a cluster without slots', async () => {
    await using node = await startRedis({ password, config: `${settings}cluster-enabled yes\n` })
    const { failure } = await askingWith(await authority.issue(host), {}, node)
    expect(failure).toMatchObject({
      code: 'redis-readonly',
      message: expect.stringMatching(/^write: cluster mode is on, and this node serves no slots: CLUSTERDOWN /),
      hint: expect.stringContaining('aws elasticache')
    })
  })

  onlyReal.each([
    ['deploy', true],
    ['verify', false]
  ])('fails %s if its user may write nothing', async (_, mayWrite) => {
    await using other = await startRedis({ password, config: settings })
    await commanding(other, password, ['ACL', 'SETUSER', 'default', '-@write'])
    const { failure } = await askingWith(await authority.issue(host), { mayWrite }, other)
    expect(failure).toMatchObject({
      code: 'redis-readonly',
      message: expect.stringMatching(/^write: user default may not run SET: NOPERM /),
      hint: expect.stringContaining('aws elasticache modify-user')
    })
  })

  onlyReal.each([
    ['deploy', true],
    ['verify', false]
  ])('fails %s while it pauses writes', async (_, mayWrite) => {
    await using other = await startRedis({ password, config: settings })
    await commanding(other, password, ['CLIENT', 'PAUSE', '600000', 'WRITE'])
    const { failure } = await askingWith(await authority.issue(host), { mayWrite }, other)
    expect(failure).toMatchObject({ code: 'redis-readonly', message: expect.stringContaining('CLIENT PAUSE') })
  })

  test.each<[string, string, object, string]>([
    [
      'refuses writes when it is full',
      'maxmemory 64mb\nmaxmemory-policy noeviction\n',
      {},
      'maxmemory-policy: noeviction: every write fails when the memory is full'
    ],
    [
      'evicts other keys than wanted',
      settings,
      { maxmemoryPolicy: 'allkeys-lru' },
      'maxmemory-policy: volatile-lru in force, allkeys-lru wanted'
    ]
  ])('fails if it %s', async (_, config, wanted, message) => {
    await using other = await startRedis({ password, config })
    const { failure } = await askingWith(await authority.issue(host), wanted, other)
    expect(failure).toMatchObject({ code: 'config-drift', message, hint: expect.stringContaining('parameter group') })
  })

  test('passes if it refuses writes as required', async () => {
    await using other = await startRedis({ password, config: 'maxmemory 64mb\nmaxmemory-policy noeviction\n' })
    const { failure } = await askingWith(await authority.issue(host), { maxmemoryPolicy: 'noeviction' }, other)
    expect(failure).toBeUndefined()
  })

  test('fails with all problems named and the code of the first', async () => {
    const config = 'maxmemory 64mb\nmaxmemory-policy noeviction\nreplicaof 127.0.0.1 1\n'
    await using other = await startRedis({ password, config })
    const { failure } = await askingWith(await authority.issue(host), { memoryThresholdPercent: 0.001 }, other)
    expect(failure?.code).toBe('secret-field')
    expect(failure?.message).toMatch(/^role: .*\. maxmemory-policy: noeviction.*\. used memory: .* not below 0\.001 %$/)
  })

  test('fails while it loads its data', async () => {
    await using loading = await startLoading(redis.port, Number.POSITIVE_INFINITY)
    const { failure } = await askingWith(await authority.issue(host), {}, { ...redis, port: loading.port })
    expect(failure).toMatchObject({ code: 'redis-loading', message: expect.stringMatching(/^PING: LOADING/) })
  })
})

describe('a connection that fails', () => {
  const silent = { speed: 10 }

  test('is explained by missing TLS on the server', async () => {
    const { failure } = await asking(redis, silent)
    expect(failure).toMatchObject({
      code: 'elasticache-unreachable',
      message: expect.stringMatching(/^TLS: localhost:\d+ does not use TLS: without TLS it answers: NOAUTH/),
      hint: expect.stringContaining('encryption in transit')
    })
  })

  test('is explained by missing TLS in the URL', async () => {
    await using tls = await startTls(redis.port, await authority.issue(host))
    const { failure } = await asking(tls, { scheme: 'redis' })
    expect(failure).toMatchObject({
      code: 'elasticache-unreachable',
      message: expect.stringMatching(/^PING: localhost:\d+ closes connections without an answer/),
      hint: expect.stringContaining('rediss://')
    })
  })

  test.each(['rediss', 'redis'])('is explained by a closed port (%s)', async (scheme) => {
    const run = await asking({ port: closedPort }, { scheme })
    expect(run.failure).toMatchObject({
      code: 'elasticache-unreachable',
      message: expect.stringMatching(/^TCP: localhost:\d+ refuses connections: /)
    })
    expect(checksOf(run)).toEqual(['✓ host name', '✗ TCP'])
  })

  test('is explained by an unknown host name', async () => {
    const run = await asking(redis, { name: 'master.hospital-erp.invalid' })
    expect(run.failure).toMatchObject({
      code: 'elasticache-unreachable',
      message: expect.stringMatching(/^host name: master\.hospital-erp\.invalid does not resolve in the runner: /),
      hint: expect.stringContaining('probe-from: cluster')
    })
    expect(checksOf(run)).toEqual(['✗ host name'])
  })

  test.each([
    ['rediss', '✗ TLS'],
    ['redis', '✗ PING']
  ])('is explained by a silent server (%s)', async (scheme, check) => {
    await using server = await startSilent()
    const run = await asking(server, { scheme, ...silent })
    expect(run.failure?.message).toMatch(/: localhost:\d+ accepts connections but sends nothing within 5 s$/)
    expect(checksOf(run)).toEqual(['✓ host name', '✓ TCP', check])
  })

  test.each([
    ['rediss', 'TLS'],
    ['redis', 'PING']
  ])('is explained by a server that hangs up (%s)', async (scheme, check) => {
    await using server = await startHangUp()
    const { failure } = await asking(server, { scheme, ...silent })
    expect(failure?.message).toMatch(new RegExp(`^${check}: localhost:\\d+ closes connections without an answer`))
  })

  test('is explained by a server of another protocol', async () => {
    await using server = await startHttp()
    expect((await asking(server, silent)).failure?.message).toMatch(/^TLS: localhost:\d+ does not use TLS: /)
    expect((await asking(server, { scheme: 'redis' })).failure?.message).toMatch(
      /^PING: localhost:\d+ could not be probed: Unknown RESP type/
    )
  })
})
