import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Credentials } from '../../src/core/credentials.ts'
import type { KubernetesObject } from '../../src/core/kubernetes/object.ts'
import { usualBackend } from '../../src/core/rendered-cache/backend-labels.ts'
import { readAnswers } from '../../src/phases/probe/from-pod/output.ts'
import { backendPod, nonBackendPod } from '../../src/phases/probe/from-pod/pod-manifest.ts'
import { expectNoSecret } from '../support/captured.ts'
import { type Authority, createAuthority, daysFromNow } from '../support/certificates.ts'
import { type KubernetesApi, startKubernetesApi } from '../support/kubernetes-api/server.ts'
import { closedPort, type Listener, listen } from '../support/redis/listen.ts'
import { startHangUp, startSilent } from '../support/redis/misbehaving.ts'
import { type RedisProcess, startRedis } from '../support/redis/process.ts'
import { startTls } from '../support/redis/tls.ts'
import { type Access, accessTo } from './applying.ts'
import { type ConnectionRun, type ConnectOptions, connectingFromPod, credentialsOf } from './connecting.ts'
import { findProgram, type Machine, runContainer } from './probe-pod.ts'
import { commanding, startCluster } from './probing.ts'

// What the pods run, run on this machine: that needs the programs of the image.
const programs = ['redis-cli', 'timeout', 'base64', 'head', 'tr', 'cat', 'grep', 'sleep']
const found = new Map(await Promise.all([...programs, 'busybox', 'bash', 'nc'].map(findProgram)))
const described = programs.every((name) => found.get(name) !== undefined) ? describe : describe.skip

const password = randomBytes(24).toString('hex')
const host = 'localhost'
const settings = 'maxmemory 64mb\nmaxmemory-policy volatile-lru\n'

let api: KubernetesApi
let access: Access
let authority: Authority
let redis: RedisProcess

beforeAll(async () => {
  authority = await createAuthority()
  redis = await startRedis({ password, config: settings })
})
afterAll(async () => redis[Symbol.asyncDispose]())
beforeEach(async () => {
  api = await startKubernetesApi()
  access = await accessTo(api, 1, 600_000)
})
afterEach(async () => {
  access[Symbol.dispose]()
  await api.close()
})

/** Lets the pods run on this machine; no byte of their logs may hold the password. */
async function asking(
  credentials: Credentials,
  options: ConnectOptions = {},
  machine: Machine = {}
): Promise<ConnectionRun> {
  seed(credentials)
  api.behave({
    kind: 'ends',
    async run(pod) {
      const end = await runContainer(api, pod, machine)
      expectNoSecret(end.log, [credentials.password, Buffer.from(credentials.password).toString('base64')])
      return end
    }
  })
  return connectingFromPod(access, credentials, { authorities: [authority.certificate], ...options })
}

function seed(credentials: Credentials): void {
  const metadata = { name: 'redis-credentials', namespace: 'default' }
  api.seed({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: credentials })
}

/** The pod of that name, as it is made for the Redis. */
function podOf(name: string): KubernetesObject {
  const options = {
    image: 'redis:7',
    address: { host, port: redis.port, username: undefined, tls: false },
    owner: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'redis-credentials' } },
    backendLabels: usualBackend,
    rounds: 9,
    run: 'run',
    activeSeconds: 60,
    tls: undefined
  }
  seed(at(redis, 'redis'))
  const pod = name === 'redis-probe' ? backendPod(options) : nonBackendPod(options)
  return { ...pod, metadata: { ...pod.metadata, namespace: 'default' } }
}

const at = ({ port }: Pick<Listener, 'port'>, scheme = 'rediss', secret = password) =>
  credentialsOf({ host, port }, secret, { scheme })

async function askingTls(
  options: ConnectOptions = {},
  machine: Machine = {},
  { port } = redis
): Promise<ConnectionRun> {
  await using tls = await startTls(port, await authority.issue(host))
  return await asking(at(tls), options, machine)
}

const checksOf = ({ checks }: ConnectionRun) => checks.map(({ name, passed }) => `${passed ? '✓' : '✗'} ${name}`)
const reached = ['✓ host name', '✓ TCP', '✓ TLS', '✓ certificate name']
const answered = ['✓ without a password', '✓ PING', '✓ role', '✓ maxmemory-policy', '✓ used memory', '✓ write']

/** A folder with links to these programs alone, as PATH of an image that has no others. */
async function imageWith(...names: string[]): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'image-'))
  for (const name of names) await symlink(found.get(name) ?? '/nowhere', join(path, name))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

/** One whose pauses take no time, and which may have another redis-cli. */
async function sleeplessImage(redisCli?: string): Promise<AsyncDisposable & { path: string }> {
  const own = { sleep: '', ...(redisCli !== undefined && { 'redis-cli': redisCli }) }
  const image = await imageWith(...programs.filter((name) => !(name in own)))
  for (const [name, script] of Object.entries(own)) {
    await writeFile(join(image.path, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  }
  return image
}

/** A redis-cli whose first question goes differently from all others. */
const firstThen = (first: string, then: string) => `test -e asked && { ${then}; }; : >asked; ${first}`
const answers = 'echo NOAUTH; exit 0'
const isRefused = 'echo "Could not connect to Redis at localhost:6379: Connection refused"; exit 1'

/** Two seconds instead of five for every answer. */
const hurried: Machine = { env: () => ({ PROBE_LIMIT: '2' }) }

described('the script of the probe pod, for a cache with TLS', () => {
  test('passes every check if it is correct', async () => {
    const run = await askingTls()
    expect(run.failure).toBeUndefined()
    expect(checksOf(run)).toEqual([...reached, ...answered])
    expect(run.result?.redisVersion).toMatch(/\d+\.\d+\.\d+/)
    expect(run.notes).toEqual([])
  })

  const shells = [
    ['the shell of this machine', ['/bin/sh']],
    ['busybox', [found.get('busybox') ?? '', 'sh']],
    ['bash', [found.get('bash') ?? '', '--posix']]
  ] as const
  test.each(shells.filter(([, [path]]) => path !== ''))('is run by %s', async (_, shell) => {
    const run = await askingTls({}, { shell })
    expect(run.failure).toBeUndefined()
    expect(checksOf(run)).toEqual([...reached, ...answered])
  })

  const withBash = found.get('bash') === undefined ? test.skip : test
  withBash('works with bash where there is no nc, as in the Debian image', async () => {
    await using image = await imageWith(...programs, 'bash')
    const run = await askingTls({}, { path: image.path })
    expect(run.failure).toBeUndefined()
    expect(checksOf(run)).toEqual([...reached, ...answered])
  })

  test('notes that the host name cannot be checked without nc and bash', async () => {
    await using image = await imageWith(...programs)
    const run = await askingTls({}, { path: image.path })
    expect(run.failure).toBeUndefined()
    expect(checksOf(run)).toEqual([...reached.slice(0, 3), ...answered])
    expect(run.notes).toEqual([expect.stringMatching(/^Whether the certificate names localhost was not checked: /)])
  })
})

described('the script of the probe pod, for a bad certificate', () => {
  const askingWith = async (signer: Authority, ...issue: Parameters<Authority['issue']>) => {
    await using tls = await startTls(redis.port, await signer.issue(...issue))
    return await asking(at(tls))
  }

  test('reports the other host and continues', async () => {
    const run = await askingWith(authority, 'replica.hospital-erp.abc123.apn2.cache.amazonaws.com')
    expect(run.failure).toMatchObject({
      code: 'elasticache-unreachable',
      message: expect.stringMatching(
        /^certificate name: the certificate is not for localhost: it names DNS:replica\.hospital-erp\.abc123/
      )
    })
    expect(checksOf(run)).toEqual([...reached.slice(0, 3), '✗ certificate name', ...answered])
  })

  test('reports when and whose certificate expired', async () => {
    const run = await askingWith(authority, host, { from: daysFromNow(-20), until: daysFromNow(-1) })
    expect(run.failure?.message).toMatch(
      /^TLS: a certificate of localhost:\d+ has expired: that of CN=localhost, on \d{4}-\d\d-\d\d$/
    )
  })

  test('reports a certificate that is not valid yet', async () => {
    const run = await askingWith(authority, host, { from: daysFromNow(2), until: daysFromNow(20) })
    expect(run.failure?.message).toMatch(
      /^TLS: a certificate of localhost:\d+ is not valid yet: that of CN=localhost, not/
    )
  })

  test('reports an unknown CA', async () => {
    const run = await askingWith(await createAuthority('Another Authority'), host)
    expect(run.failure).toMatchObject({
      message: expect.stringMatching(/is signed by an untrusted authority: issued by CN=Another Authority$/),
      hint: expect.stringMatching(/NODE_EXTRA_CA_CERTS.*which the pod receives too$/)
    })
    expect(checksOf(run)).toEqual(['✓ host name', '✓ TCP', '✗ TLS'])
  })
})

described('the script of the probe pod, for replies', () => {
  test('reports a rejected password', async () => {
    const run = await asking(at(redis, 'redis', randomBytes(16).toString('hex')))
    expect(run.failure).toMatchObject({
      code: 'redis-auth',
      message: expect.stringMatching(/^PING: the password of Secret\/redis-credentials was rejected: /)
    })
    expect(checksOf(run)).toEqual(['✓ host name', '✓ TCP', '✓ without a password', '✗ PING'])
  })

  test('uses the user in the URL', async () => {
    const credentials = credentialsOf({ host, port: redis.port }, password, { scheme: 'redis', user: 'nobody' })
    expect((await asking(credentials)).failure?.code).toBe('redis-auth')
  })

  test('reports a cache without a password', async () => {
    await using open = await startRedis({ config: `protected-mode no\n${settings}` })
    expect((await asking(at(open, 'redis'))).failure).toMatchObject({
      code: 'redis-open',
      message: 'without a password: PING was answered with PONG'
    })
  })

  test('reports a replica', async () => {
    await using replica = await startRedis({ password, config: `${settings}replicaof 127.0.0.1 1\n` })
    expect((await asking(at(replica, 'redis'))).failure).toMatchObject({
      code: 'secret-field',
      message: expect.stringMatching(/ is a replica of 127\.0\.0\.1:1 and accepts no writes$/)
    })
    expect((await asking(at(replica, 'redis'), { topology: 'self-hosted' })).failure).toMatchObject({
      code: 'redis-readonly',
      hint: expect.stringContaining('redis-cli REPLICAOF NO ONE')
    })
  })

  test('lets its user write nothing', async () => {
    await using other = await startRedis({ password, config: settings })
    await commanding(other, password, ['ACL', 'SETUSER', 'default', '-@write'])
    expect((await asking(at(other, 'redis'))).failure).toMatchObject({
      code: 'redis-readonly',
      message: expect.stringMatching(/^write: user default may not run SET: NOPERM /)
    })
  })

  test('lets its user write other keys alone, which is said', async () => {
    await using other = await startRedis({ password, config: settings })
    await commanding(other, password, ['ACL', 'SETUSER', 'default', 'resetkeys', '~app:*'])
    const { failure, notes } = await asking(at(other, 'redis'))
    expect(failure).toBeUndefined()
    expect(notes).toEqual([expect.stringMatching(/^Not proven that clients can write: which keys they may use/)])
    const selfHosted = await asking(at(other, 'redis'), { topology: 'self-hosted' })
    expect(selfHosted.failure).toBeUndefined()
    expect(selfHosted.notes).toEqual([])
  })

  test('follows the nodes of a cluster', async () => {
    await using cluster = await startCluster(settings, password)
    const run = await asking(at(cluster.empty, 'redis'))
    expect(run.failure).toBeUndefined()
    expect(run.checks.at(-1)).toMatchObject({
      name: 'write',
      passed: true,
      detail: expect.stringContaining('one shard')
    })
    expect(await commanding(cluster.full, password, ['DBSIZE'])).toEqual([0])
  })

  test('writes to the database of the URL', async () => {
    const inDatabase = (number: number) => ({ ...at(redis, 'redis'), url: `${at(redis, 'redis').url}/${number}` })
    expect((await asking(inDatabase(3))).failure).toBeUndefined()
    expect((await asking(inDatabase(99))).failure).toMatchObject({
      code: 'secret-field',
      message: expect.stringMatching(/^write: url names a database that Redis does not have: SELECT 99: ERR /)
    })
  })

  test('reports two Redises behind one Service, of which a managed cache may have more', async () => {
    await using other = await startRedis({ password, config: settings })
    const turns = [redis.port, other.port]
    let count = 0
    await using service = await listen((socket) => {
      const pod = connect(turns[count++ % 2] ?? 0, '127.0.0.1')
      for (const end of [socket, pod]) end.on('error', () => [socket, pod].map((each) => each.destroy()))
      socket.pipe(pod).pipe(socket)
    })
    expect((await asking(at(service, 'redis'), { topology: 'self-hosted' })).failure).toMatchObject({
      code: 'service-mismatch',
      message: expect.stringMatching(/^one Redis: [45] of 9 connections reached another Redis/)
    })
    expect((await asking(at(service, 'redis'))).checks.map(({ name }) => name)).not.toContain('one Redis')
  })

  test('reports a Redis that is not redis-0, whatever else it answers', async () => {
    const elsewhere = { topology: 'self-hosted', runId: 'a'.repeat(40) } as const
    expect((await asking(at(redis, 'redis'), elsewhere)).failure).toMatchObject({
      code: 'service-mismatch',
      message: 'one Redis: 9 of 9 connections reached another Redis'
    })
    const info = String((await commanding(redis, password, ['INFO', 'server']))[0])
    const own = { topology: 'self-hosted', runId: /run_id:(\w+)/.exec(info)?.[1] } as const
    expect((await asking(at(redis, 'redis'), own)).failure).toBeUndefined()
  })

  test('pauses writes', async () => {
    await using other = await startRedis({ password, config: settings })
    await commanding(other, password, ['CLIENT', 'PAUSE', '600000', 'WRITE'])
    expect((await asking(at(other, 'redis'), {}, hurried)).failure).toMatchObject({
      code: 'redis-readonly',
      message: expect.stringContaining('CLIENT PAUSE')
    })
  })

  test('keeps its keys and gets no others', async () => {
    await using other = await startRedis({ password, config: settings })
    await commanding(other, password, ['SET', 'key-of-somebody', 'value'])
    expect((await asking(at(other, 'redis'))).failure).toBeUndefined()
    expect(await commanding(other, password, ['KEYS', '*'])).toEqual([['key-of-somebody']])
  })
})

described('the script of the probe pod, for failed connections', () => {
  test('reports missing TLS on the server', async () => {
    const run = await asking(at(redis), {}, hurried)
    expect(run.failure?.message).toMatch(/^TLS: localhost:\d+ does not use TLS: without TLS it answers: NOAUTH/)
    expect(checksOf(run)).toEqual(['✓ host name', '✓ TCP', '✗ TLS'])
  })

  test('reports missing TLS in the URL', async () => {
    await using tls = await startTls(redis.port, await authority.issue(host))
    const { failure } = await asking(at(tls, 'redis'))
    expect(failure).toMatchObject({
      message: expect.stringMatching(/^PING: localhost:\d+ closes connections without an answer/),
      hint: expect.stringContaining('rediss://')
    })
  })

  test('reports a closed port', async () => {
    await using image = await sleeplessImage()
    const run = await asking(at({ port: closedPort }), {}, image)
    expect(run.failure?.message).toMatch(/^TCP: localhost:\d+ refuses connections: Connection refused$/)
  })

  test('retries a connection that a new Service refuses for a moment', async () => {
    await using image = await sleeplessImage(firstThen(isRefused, answers))
    const answered = await runContainer(api, podOf('redis-probe'), image)
    expect(readAnswers(answered.log).get('anonymous')?.exitCode).toBe(0)
  })

  test('sends no password', async () => {
    await using image = await sleeplessImage('test -z "$REDISCLI_AUTH" || echo leaked; echo "Error: reset"; exit 1')
    const { log } = await runContainer(api, podOf('redis-probe'), image)
    expect([...readAnswers(log).values()].map(({ output }) => String(output)).join()).not.toContain('leaked')
  })

  test('reports an unknown host name', async () => {
    const credentials = credentialsOf({ host: 'master.hospital-erp.invalid', port: 6379 }, password)
    await using image = await sleeplessImage()
    const run = await asking(credentials, {}, image)
    expect(run.failure?.message).toMatch(/^host name: master\.hospital-erp\.invalid does not resolve in a pod of /)
  })

  test('reports a silent server', async () => {
    await using server = await startSilent()
    const run = await asking(at(server, 'redis'), {}, hurried)
    expect(run.failure?.message).toMatch(/^PING: localhost:\d+ accepts connections but sends nothing/)
  })

  test('reports a server that hangs up', async () => {
    await using server = await startHangUp()
    const run = await asking(at(server, 'redis'))
    expect(run.failure?.message).toMatch(/^PING: localhost:\d+ closes connections without an answer/)
  })
})

described('pod without the backend label', () => {
  const options = { topology: 'self-hosted', nonBackend: true } as const

  test('reports that it is blocked', async () => {
    const elsewhere = String(closedPort)
    const env = (name: string) => (name === 'redis-probe' ? {} : { REDIS_PORT: elsewhere })
    const run = await asking(at(redis, 'redis'), options, { env })
    expect(run.failure).toBeUndefined()
    expect(checksOf(run).at(-1)).toBe('✓ pod without the backend label')
  })

  test('reports that it is blocked after a policy takes effect a moment later', async () => {
    await using image = await sleeplessImage(firstThen(answers, isRefused))
    const answered = await runContainer(api, podOf('redis-probe-outsider'), image)
    expect(readAnswers(answered.log).get('anonymous')?.exitCode).toBe(1)
  })

  test('reports that it stays admitted', async () => {
    await using image = await sleeplessImage()
    expect((await asking(at(redis, 'redis'), options, image)).failure?.code).toBe('redis-open')
  })
})
