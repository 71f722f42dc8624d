import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Failure } from '../../src/core/failure.ts'
import { at } from '../../src/core/kubernetes/object.ts'
import { generatedCredentials } from '../support/generated-credentials.ts'
import { type KubernetesApi, startKubernetesApi } from '../support/kubernetes-api/server.ts'
import { type Access, accessTo } from './applying.ts'
import { namespace } from './rendering.ts'
import { applied, externalSecret, type SecretRun, source, verifying } from './verifying.ts'

const perKey = ['host', 'port', 'password', 'url'].map((key) => `Secret key ${key}`)

let api: KubernetesApi
let access: Access

beforeEach(async () => {
  api = await startKubernetesApi()
  access = await accessTo(api, 1, 300_000)
  api.operator.hold(source.key, generatedCredentials())
})
afterEach(async () => {
  access[Symbol.dispose]()
  await api.close()
})

/** Which checks passed, by name. */
function verdicts({ checks }: SecretRun): Record<string, boolean> {
  return Object.fromEntries(checks.map(({ name, passed }) => [name, passed]))
}

/** Puts the ExternalSecret there, and waits until the operator has synced it. */
async function established(object = externalSecret(source)) {
  await applied(access, object)
  expect((await verifying(access, object)).failure).toBeUndefined()
  return object
}

describe('a Secret from an ExternalSecret', () => {
  test('passes all checks the first time, and password and URL are masked', async () => {
    const fields = generatedCredentials()
    api.operator.hold(source.key, fields)
    const run = await verifying(access, await applied(access, externalSecret(source)))
    expect(run.failure).toBeUndefined()
    expect(run.result).toEqual(fields)
    expect([...new Set(run.masked)]).toEqual([fields.password, fields.url])
    expect(run.fresh).toBe(true)
    expect(run.checks.map(({ name }) => name)).toEqual(['synced with AWS in this run', ...perKey])
    expect(run.checks.every(({ passed }) => passed)).toBe(true)
    expect(run.checks[0]?.detail).toMatch(/^at \S+Z, .+ after the sync was requested$/)
  })

  test('has the rotated value of AWS in the same run', async () => {
    const object = await established()
    const fields = generatedCredentials()
    api.operator.hold(source.key, fields)
    expect((await verifying(access, object)).result).toEqual(fields)
  })

  test('costs few requests and no write but one annotation', async () => {
    const object = await established()
    const before = api.requests.length
    await verifying(access, object)
    const requests = api.requests.slice(before).map(({ method, path }) => `${method} ${path.split('/').pop()}`)
    expect(requests.filter((request) => !request.startsWith('GET '))).toEqual(['PATCH redis-credentials'])
    // The ExternalSecret and the events before, then the ExternalSecret and the Secret: on a busy machine some looks more.
    expect(new Set(requests)).toEqual(new Set(['GET redis-credentials', 'GET events', 'PATCH redis-credentials']))
    expect(requests.length).toBeGreaterThanOrEqual(5)
    expect(api.read('ExternalSecret', namespace, 'redis-credentials')?.metadata.annotations).toEqual({
      'force-sync': expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/)
    })
  })

  test('counts as synced only for the generation of this run', async () => {
    await established()
    const fields = generatedCredentials()
    api.operator.hold('another/redis', fields)
    const moved = await applied(access, externalSecret({ ...source, key: 'another/redis' }))
    expect((await verifying(access, moved)).result).toEqual(fields)
  })

  test('is synced by the annotation with refreshPolicy OnChange', async () => {
    const object = await established(externalSecret(source, { refreshPolicy: 'OnChange' }))
    const fields = generatedCredentials()
    api.operator.hold(source.key, fields)
    expect((await verifying(access, object)).result).toEqual(fields)
  })

  test('replaces that of an earlier self-hosted Redis with the values of AWS', async () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'redis-credentials', namespace } }
    api.seed({ ...secret, stringData: { host: 'redis.default.svc', port: '6379', password: 'old', url: 'old' } })
    const fields = generatedCredentials()
    api.operator.hold(source.key, fields)
    expect((await verifying(access, await applied(access, externalSecret(source)))).result).toEqual(fields)
  })

  test('passes after one failed attempt', async () => {
    const object = await established()
    api.operator.ends({ kind: 'failed', message: 'secrets "redis-credentials" already exists' }, { kind: 'as-held' })
    expect((await verifying(access, object)).failure).toBeUndefined()
  })

  test('passes if the annotation was sent twice after a lost response', async () => {
    const object = await established()
    beforeAnnotate(async (annotate) => {
      const before = version()
      await annotate()
      while (version() === before) await setTimeout(5)
    })
    expect((await verifying(access, object)).failure).toBeUndefined()
  })

  test('passes if its only sync happens just before the forced one', async () => {
    api.operator.stop()
    const object = await applied(access, externalSecret(source, { refreshPolicy: 'CreatedOnce' }))
    beforeAnnotate(async () => {
      api.operator.start()
      while (version() === undefined) await setTimeout(5)
    })
    expect((await verifying(access, object)).failure).toBeUndefined()
  })

  function version(): unknown {
    return at(api.read('ExternalSecret', namespace, 'redis-credentials'), 'status', 'syncedResourceVersion')
  }

  /** Something happens before the first annotation arrives. */
  function beforeAnnotate(act: (annotate: () => Promise<unknown>) => Promise<void>): void {
    const { cluster } = access
    const annotate = cluster.annotate.bind(cluster)
    cluster.annotate = async (...parameters) => {
      cluster.annotate = annotate
      await act(() => annotate(...parameters))
      return annotate(...parameters)
    }
  }
})

describe('the fields of the Secret', () => {
  test('are all checked after the sync', async () => {
    api.operator.hold(source.key, { ...generatedCredentials(), password: randomBytes(5).toString('hex'), port: 'none' })
    const run = await verifying(access, await applied(access, externalSecret(source)))
    expect(run.failure).toMatchObject({
      code: 'secret-field',
      message: expect.stringMatching(/key port .*; key password .*; key url /),
      hint: expect.stringContaining(`--secret-id '${source.key}'`)
    })
    expect(verdicts(run)).toEqual({
      'synced with AWS in this run': true,
      'Secret key host': true,
      'Secret key port': false,
      'Secret key password': false,
      'Secret key url': false
    })
  })
})

test('pass with a note for a password of user default that cannot be an AUTH token', async () => {
  const fields = generatedCredentials()
  const password = `${fields.password}@=`
  const url = `rediss://:${encodeURIComponent(password)}@${fields.host}:6379`
  api.operator.hold(source.key, { ...fields, password, url })
  const run = await verifying(access, await applied(access, externalSecret(source)))
  expect(run.failure).toBeUndefined()
  expect(run.checks[3]).toMatchObject({ passed: true, relaxed: true, detail: expect.stringMatching(/^has @ and =, /) })
  expect(run.fresh).toBe(true)
})

describe('a Secret without an ExternalSecret', () => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'redis-credentials', namespace } }

  test('passes with a note that its freshness is unknown', async () => {
    const fields = generatedCredentials()
    api.seed({ ...secret, stringData: fields })
    const run = await verifying(access, undefined)
    expect(run.result).toEqual(fields)
    expect(run.checks[0]).toEqual({
      name: 'synced with AWS',
      passed: true,
      relaxed: true,
      detail: 'not compared: the manifests have no ExternalSecret for Secret/redis-credentials'
    })
    expect(run.log[0]).toMatch(/^– synced with AWS: not compared/)
    expect(run.fresh).toBe(false)
    expect(api.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /api/v1/namespaces/${namespace}/secrets/redis-credentials`
    ])
  })

  test('fails if it does not exist', async () => {
    expect((await verifying(access, undefined)).failure).toMatchObject({
      code: 'secret-missing',
      message: `there is no Secret/redis-credentials in namespace ${namespace}`,
      hint: expect.stringContaining('create it with the keys host, port, password and url')
    })
  })
})

describe('a read-only run', () => {
  test('writes nothing for a synced ExternalSecret', async () => {
    const object = await established()
    const before = api.requests.length
    const run = await verifying(access, object, { force: false })
    expect(run.failure).toBeUndefined()
    expect(run.checks.map(({ name }) => name)).toEqual(['last sync with AWS', ...perKey])
    expect(run.fresh).toBe(true)
    expect(api.requests.slice(before).map(({ method, path }) => `${method} ${path.split('/').pop()}`)).toEqual([
      'GET redis-credentials',
      'GET redis-credentials'
    ])
  })

  test('fails for a last sync that is too old', async () => {
    const object = await established()
    const date = new Date(Date.now() + 3 * 3_600_000)
    const run = await verifying(access, object, { force: false, date })
    expect(run.failure).toMatchObject({
      code: 'secret-stale',
      message: expect.stringMatching(/^the last sync of ExternalSecret\/redis-credentials is too old: at .* 3 h ago/),
      hint: expect.stringContaining('`kubectl get pods -A -l app.kubernetes.io/name=external-secrets`')
    })
    expect(verdicts(run)).toEqual({ 'last sync with AWS': false })
  })

  test('fails with the reason from the events of a failing ExternalSecret', async () => {
    const object = await established()
    api.operator.forget(source.key)
    await access.cluster.annotate(object, namespace, { changed: 'by somebody' })
    while (!JSON.stringify(api.read('ExternalSecret', namespace, 'redis-credentials')).includes('SecretSyncedError')) {
      await access.clock.sleep(5, access.cancel.signal)
    }
    expect((await verifying(access, object, { force: false })).failure).toMatchObject({
      code: 'external-secret-error',
      message: expect.stringMatching(/cannot be synced: AWS Secrets Manager has no secret hospital-erp\/redis in/),
      evidence: [{ title: 'Events of ExternalSecret/redis-credentials', text: expect.stringMatching(/UpdateFailed/) }]
    })
  })

  test('fails for a missing ExternalSecret', async () => {
    expect((await verifying(access, externalSecret(source), { force: false })).failure).toMatchObject({
      code: 'external-secret-error',
      message: `ExternalSecret/redis-credentials is not there (namespace ${namespace})`
    })
  })
})

test('ends at once with the reason when cancelled while waiting', async () => {
  const object = await established()
  api.operator.stop()
  const reason = new Failure('cancelled', 'the run was cancelled', 'run again')
  const onLog = (line: string) => void (line.startsWith('waiting') && access.cancel.abort(reason))
  expect((await verifying(access, object, { onLog })).failure).toBe(reason)
})
