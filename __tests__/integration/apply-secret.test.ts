import { describe, expect, test } from '@jest/globals'
import { at, textAt } from '../../src/core/kubernetes/object.ts'
import { type ManifestDocument, parseManifest } from '../../src/core/manifest.ts'
import { access, api, documents, useCluster } from './apply-scene.ts'
import { accessTo, applying } from './applying.ts'
import { wordsOf } from './outcome.ts'
import { namespace } from './rendering.ts'

useCluster()

const base64 = (text: string) => Buffer.from(text).toString('base64')

/** A Secret that another client wrote. */
function seed(data: Record<string, string>): void {
  const encoded = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)]))
  const metadata = { name: 'redis-credentials', namespace }
  api.seed({ apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data: encoded }, { fieldManager: 'kubectl' })
}

function storedField(key: string): string {
  const secret = api.read('Secret', namespace, 'redis-credentials')
  return Buffer.from(textAt(secret, 'data', key) ?? '', 'base64').toString()
}

const complete = (password: string) => ({
  host: 'redis.default.svc',
  port: '6379',
  password,
  url: `redis://:${encodeURIComponent(password)}@redis.default.svc:6379`
})

describe('a generated password', () => {
  test('is created once, with all keys that an application needs', async () => {
    const { credentials, log, objects } = await applying(access, documents)
    expect(credentials?.password).toMatch(/^[\w-]{32}$/)
    expect(credentials).toEqual(complete(credentials?.password ?? ''))
    for (const key of ['host', 'port', 'password', 'url'] as const) expect(storedField(key)).toBe(credentials?.[key])
    expect(log).toContain('Secret/redis-credentials created (password generated)')
    expect(objects).toContainEqual({ id: 'Secret/redis-credentials', change: 'created', note: 'password generated' })
  })

  test('is kept by later runs without a write', async () => {
    const first = await applying(access, documents)
    const before = api.read('Secret', namespace, 'redis-credentials')
    const second = await applying(access, documents)
    expect(second.credentials).toEqual(first.credentials)
    expect(second.log).toContain('Secret/redis-credentials unchanged (its password is kept)')
    expect(api.read('Secret', namespace, 'redis-credentials')).toEqual(before)
  })

  test('is replaced by the password of the input without a conflict with ourselves', async () => {
    await applying(access, documents)
    const { credentials, changes } = await applying(access, documents, { redisPassword: 'from the input' })
    expect(credentials).toEqual(complete('from the input'))
    expect(changes['Secret/redis-credentials']).toBe('configured')
  })

  test('is reported as created if the response was lost and the retry finds the Secret', async () => {
    const { cluster } = access
    const create = cluster.create.bind(cluster)
    cluster.create = async (...parameters) => {
      cluster.create = create
      await create(...parameters)
      return create(...parameters)
    }
    const { failure, objects, log, credentials } = await applying(access, documents)
    expect(failure).toBeUndefined()
    expect(objects).toContainEqual({ id: 'Secret/redis-credentials', change: 'created', note: 'password generated' })
    expect(log).toContain('Secret/redis-credentials created (password generated)')
    expect(credentials?.password).toBe(storedField('password'))
  })

  test('is the same for two concurrent first runs', async () => {
    using other = await accessTo(api)
    // Both have seen that there is no Secret before either creates one.
    api.fault({ method: 'POST', path: /\/secrets$/, times: 4, reply: { delayMs: 300 } })
    const runs = await Promise.all([applying(access, documents), applying(other, documents)])
    const [first, second] = runs
    expect(first.failure).toBeUndefined()
    expect(second.failure).toBeUndefined()
    expect(first.credentials).toEqual(second.credentials)
    expect(first.credentials?.password).toBe(storedField('password'))
    const creates = api.requests.filter(({ method, query }) => method === 'POST' && query.get('dryRun') === null)
    expect(creates).toHaveLength(2)
    const made = runs.flatMap(({ objects }) => objects).filter(({ note }) => note === 'password generated')
    expect(made).toHaveLength(1)
  })
})

describe('the password of the input', () => {
  const password = 'n€w "pass" #1 \\ $HOME/?&'

  test('is written as given, and reported as unchanged by the next run', async () => {
    const first = await applying(access, documents, { redisPassword: password })
    expect(first.credentials).toEqual(complete(password))
    expect(storedField('password')).toBe(password)
    expect(new URL(storedField('url')).password).toBe(encodeURIComponent(password))
    const second = await applying(access, documents, { redisPassword: password })
    expect(second.changes['Secret/redis-credentials']).toBe('unchanged')
  })

  test('conflicts with that of another client by the name of the field, without its value', async () => {
    seed(complete('somebody-elses-password'))
    const { failure } = await applying(access, documents, { redisPassword: password })
    expect(failure).toMatchObject({ code: 'field-conflict', hint: expect.stringContaining('force-conflicts: true') })
    expect(failure?.message).toContain('cannot apply Secret/redis-credentials in namespace default')
    expect(failure?.message).toMatch(/"kubectl".*\.data\.password/)
    expect(failure && wordsOf(failure)).not.toContain('somebody-elses-password')
    expect(storedField('password')).toBe('somebody-elses-password')
  })

  test('replaces the Secret of another client by force', async () => {
    seed(complete('somebody-elses-password'))
    const { credentials, changes } = await applying(access, documents, {
      redisPassword: password,
      forceConflicts: true
    })
    expect(credentials).toEqual(complete(password))
    expect(changes['Secret/redis-credentials']).toBe('configured')
  })

  test('is shared with another client that wrote the same value', async () => {
    seed(complete(password))
    const { credentials } = await applying(access, documents, { redisPassword: password })
    expect(credentials).toEqual(complete(password))
  })

  test('repairs a Secret with missing keys', async () => {
    seed({ password })
    const { failure } = await applying(access, documents, { redisPassword: password })
    expect(failure).toBeUndefined()
    expect(storedField('url')).toBe(complete(password).url)
  })
})

describe('the Secret of another client', () => {
  test('is kept and used when no password is given', async () => {
    seed(complete('somebody-elses-password'))
    const { credentials, changes } = await applying(access, documents)
    expect(credentials).toEqual(complete('somebody-elses-password'))
    expect(changes['Secret/redis-credentials']).toBe('unchanged')
  })

  test.each<[string, Record<string, string>, string]>([
    [
      'a password that was changed, and the URL was not',
      { password: 'next-1' },
      'has a different password than key password'
    ],
    [
      'the URL of another namespace',
      { url: 'redis://:a-password-of-two@redis.other.svc:6379' },
      'names a different host than key host (redis.default.svc)'
    ]
  ])('is refused before the workload is touched: %s', async (_, change, problem) => {
    seed({ ...complete('a-password-of-two'), ...change })
    const { failure } = await applying(access, documents)
    expect(failure?.code).toBe('secret-field')
    expect(failure?.message).toContain(`cannot be used: key url ${problem}`)
    expect(failure?.hint).toMatch(/^set the input `redis-password` to write all four keys/)
    expect(failure && wordsOf(failure)).not.toMatch(/a-password-of-two|next-1/)
    expect(api.read('StatefulSet', namespace, 'redis')).toBeUndefined()
  })

  test('is refused with every problem named and no value shown', async () => {
    seed({ port: '', password: ' a-padded-password\n', url: 'redis://:a-padded-password@redis:6379' })
    const { failure } = await applying(access, documents)
    expect(failure?.code).toBe('secret-field')
    expect(failure?.message).toBe(
      'Secret/redis-credentials in namespace default cannot be used: key host is missing, key port is empty, ' +
        'key password begins or ends with white space'
    )
    expect(failure?.hint).toContain('kubectl -n default delete secret redis-credentials')
    expect(failure && wordsOf(failure)).not.toContain('a-padded-password')
    expect(api.read('StatefulSet', namespace, 'redis')).toBeUndefined()
  })
})

/** A manifest of the Secret. */
function rendered(fields: Record<string, string>): ManifestDocument[] {
  const data = Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, base64(value)]))
  const metadata = { name: 'redis-credentials', namespace }
  return parseManifest(JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata, data }))
}

test('is to be corrected in the manifests if they contain it', async () => {
  const { failure } = await applying(access, [...documents, ...rendered({ ...complete('one'), password: 'two' })])
  expect(failure).toMatchObject({
    code: 'secret-field',
    hint: 'correct Secret/redis-credentials in the manifests that include it'
  })
})

test('is replaced by the Secret in the manifests', async () => {
  const { credentials, changes } = await applying(access, [...documents, ...rendered(complete('rendered-password'))])
  expect(credentials).toEqual(complete('rendered-password'))
  expect(changes['Secret/redis-credentials']).toBe('created')
  const owners = at(api.read('Secret', namespace, 'redis-credentials'), 'metadata', 'managedFields')
  expect(owners).toMatchObject([{ manager: 'redis-cache-action', operation: 'Apply' }])
})
