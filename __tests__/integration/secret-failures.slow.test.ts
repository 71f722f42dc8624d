import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { at } from '../../src/core/kubernetes/object.ts'
import { generatedCredentials } from '../support/generated-credentials.ts'
import { type KubernetesApi, startKubernetesApi } from '../support/kubernetes-api/server.ts'
import { type Access, accessTo, applying } from './applying.ts'
import { namespace } from './rendering.ts'
import { applied, externalSecret, source, verifying } from './verifying.ts'

let api: KubernetesApi
/** Time passes faster, for tolerances that nobody wants to sit through; the operator still has seconds to answer. */
let access: Access

beforeEach(async () => {
  api = await startKubernetesApi()
  access = await accessTo(api, 5, 300_000)
  api.operator.hold(source.key, generatedCredentials())
})
afterEach(async () => {
  access[Symbol.dispose]()
  await api.close()
})

async function established(object = externalSecret(source)) {
  await applied(access, object)
  expect((await verifying(access, object)).failure).toBeUndefined()
  return object
}

/** An identity that lacks a right, as the API server says it. */
function forbid(method: string, path: RegExp, verb: string, resource: string, group: string): void {
  const message = `${resource} "redis-credentials" is forbidden: User "ci" cannot ${verb} resource "${resource}" in API group "${group}" in the namespace "${namespace}"`
  const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Forbidden', message, code: 403 }
  api.fault({ method, path, times: 1_000, reply: { status: 403, body } })
}

describe('a failing operator', () => {
  test('is reported within seconds at the first sync, with a translated message and events', async () => {
    api.operator.forget(source.key)
    const run = await verifying(access, await applied(access, externalSecret(source)))
    expect(run.failure).toMatchObject({
      code: 'external-secret-error',
      message: expect.stringMatching(
        /^ExternalSecret\/redis-credentials in namespace default cannot be synced: AWS Secrets Manager has no secret hospital-erp\/redis in the account and region of ClusterSecretStore\/aws-secrets-manager \(seen for \d+\.\d s\)$/
      ),
      evidence: [
        {
          title: 'Events of ExternalSecret/redis-credentials',
          text: expect.stringMatching(
            /^Warning UpdateFailed.*: error processing spec\.data\[0\] \(key: hospital-erp\/redis\)/
          )
        }
      ]
    })
    expect(run.checks).toEqual([{ name: 'synced with AWS in this run', passed: false, detail: run.failure?.message }])
    // Long before the end of the run.
    expect(run.milliseconds).toBeLessThan(300_000)
    expect(run.log).toContainEqual(expect.stringMatching(/^AWS Secrets Manager has no secret/))
  })

  test('is reported at a later sync with a note that the Secret keeps its values', async () => {
    await established()
    const wrong = await applied(access, externalSecret(source, {}, { port: 'prot' }))
    expect((await verifying(access, wrong)).failure?.message).toMatch(
      /: the AWS secret hospital-erp\/redis has no property prot, or is not a JSON object \(seen for .*\)\. The Secret still holds the values synced at \S+Z$/
    )
  })

  test('is reported for a new failure only, not for an earlier one', async () => {
    const object = await established()
    const message = 'error processing spec.data[0] (key: k), err: operation error STS: AssumeRole, no such host'
    api.operator.ends({ kind: 'failed', message })
    expect((await verifying(access, object)).failure?.message).toMatch(/the operator cannot reach AWS: .*no such host/)
    // Its condition is False already; only the counted event tells that it was tried again.
    expect((await verifying(access, object)).failure?.message).toMatch(/the operator cannot reach AWS: .*no such host/)
    api.operator.ends({ kind: 'as-held' })
    expect((await verifying(access, object)).failure).toBeUndefined()
  })

  test('is reported by its condition and the missing permission if events must not be listed', async () => {
    const object = await established()
    forbid('GET', /\/events$/, 'list', 'events', '')
    api.operator.ends({ kind: 'failed', message: 'error processing spec.data[0] (key: k), err: Secret does not exist' })
    expect((await verifying(access, object)).failure).toMatchObject({
      code: 'external-secret-error',
      message: expect.stringMatching(
        /cannot be synced: could not get secret data from provider; its events would explain why: cannot list events in namespace default: .*User "ci" cannot list resource "events"/
      ),
      hint: expect.stringMatching(/- \{apiGroups: \[""\], resources: \[events\],.* verbs: \[list\]\}/)
    })
  })
})

describe('a Ready ExternalSecret without fresh values', () => {
  test.each([
    ['SecretSynced', 'secret retained due to DeletionPolicy=Retain'],
    ['SecretDeleted', 'secret deleted due to DeletionPolicy=Delete'],
    ['SecretMissing', 'secret will not be created due to CreationPolicy=Merge']
  ])('fails for the reason %s and "%s"', async (reason, message) => {
    const object = await established()
    api.operator.ends({ kind: 'ready', reason, message })
    const { failure, checks } = await verifying(access, object)
    expect(failure).toMatchObject({
      code: 'secret-stale',
      message: `ExternalSecret/redis-credentials is Ready, but fetched nothing from AWS: ${reason}: ${message}`
    })
    expect(checks).toEqual([{ name: 'synced with AWS in this run', passed: false, detail: failure?.message }])
  })

  test('fails where the Secret to merge into does not exist', async () => {
    const object = externalSecret(source, { target: { name: 'redis-credentials', creationPolicy: 'Merge' } })
    expect((await verifying(access, await applied(access, object))).failure).toMatchObject({
      code: 'secret-stale',
      message: expect.stringContaining('SecretMissing'),
      hint: expect.stringContaining('`creationPolicy: Owner`')
    })
  })

  test('fails where the Secret does not exist', async () => {
    api.operator.ends({ kind: 'ready', reason: 'SecretSynced', message: 'secret synced' })
    const object = await applied(access, externalSecret(source))
    expect((await verifying(access, object)).failure).toMatchObject({
      code: 'secret-missing',
      message:
        'there is no Secret/redis-credentials in namespace default, although ExternalSecret/redis-credentials says "secret synced"'
    })
  })
})

describe('a sync that cannot be forced', () => {
  const minute = 60_000

  test.each([
    ['CreatedOnce', { refreshPolicy: 'CreatedOnce' }, 'refreshPolicy: CreatedOnce'],
    ['an interval of 0', { refreshInterval: '0' }, 'refreshInterval: 0s'],
    ['immutable', { target: { name: 'redis-credentials', immutable: true } }, 'immutable: true']
  ])('fails without a write and names the line: %s', async (_, spec, line) => {
    const object = await applied(access, externalSecret(source, spec))
    // The first sync is that of the run which creates the object, whether it is over when it is looked for or not.
    const first = await verifying(access, object, { date: new Date(Date.now() - minute) })
    expect(first.failure).toBeUndefined()
    const before = api.read('ExternalSecret', namespace, 'redis-credentials')
    const next = await verifying(access, object, { date: new Date(Date.now() + minute) })
    expect(next.failure).toMatchObject({
      code: 'secret-stale',
      message: expect.stringContaining(`matches AWS: ${line}`)
    })
    expect(api.read('ExternalSecret', namespace, 'redis-credentials')).toEqual(before)
    // Who only looks cannot ask for more than was said.
    const looked = await verifying(access, object, { force: false })
    expect(looked.failure).toBeUndefined()
    expect(looked.fresh).toBe(false)
    expect(looked.checks[0]).toEqual({
      name: 'last sync with AWS',
      passed: true,
      relaxed: true,
      detail: expect.stringContaining(`; ${line} `)
    })
    expect(looked.log[0]).toMatch(/^– last sync with AWS: at \S+Z; .*; not confirmed to match AWS$/)
  })

  test('is awaited for CreatedOnce if the first sync is slow', async () => {
    api.operator.stop()
    const object = await applied(access, externalSecret(source, { refreshPolicy: 'CreatedOnce' }))
    const onLog = (line: string) => void (line.startsWith('requested a sync') && api.operator.start())
    expect((await verifying(access, object, { onLog })).failure).toBeUndefined()
  })

  test('fails for creationPolicy None', async () => {
    const object = externalSecret(source, { target: { name: 'redis-credentials', creationPolicy: 'None' } })
    expect((await verifying(access, await applied(access, object))).failure).toMatchObject({
      code: 'secret-stale',
      message: expect.stringContaining('creationPolicy: None stops the operator from writing the Secret')
    })
  })
})

describe('a stopped operator', () => {
  // The tolerance is the subject here, and nothing else has to happen in the meantime.
  beforeEach(async () => {
    api.operator.start()
    await established()
    api.operator.stop()
    access[Symbol.dispose]()
    access = await accessTo(api, 50, 300_000)
  })

  test('fails the run although an old Ready=True remains', async () => {
    const { failure, milliseconds } = await verifying(access, externalSecret(source))
    expect(failure).toMatchObject({
      code: 'secret-stale',
      message: expect.stringMatching(
        /^ExternalSecret\/redis-credentials in namespace default was requested to sync, but nothing has happened for .+: the External Secrets Operator is not running, .* Its Ready=True dates from \S+Z, so the Secret may not match AWS$/
      ),
      hint: expect.stringContaining('`kubectl get pods -A -l app.kubernetes.io/name=external-secrets`')
    })
    expect(milliseconds).toBeGreaterThanOrEqual(20_000)
  })

  test('fails the first sync', async () => {
    api.remove('ExternalSecret', namespace, 'redis-credentials')
    const object = await applied(access, externalSecret(source))
    expect((await verifying(access, object)).failure).toMatchObject({
      code: 'external-secret-error',
      message: expect.stringMatching(/nothing has happened for .* It has never been synced$/)
    })
  })

  test('fails the run with its last failed sync', async () => {
    api.operator.ends({ kind: 'failed', message: 'error processing spec.data[0] (key: k), err: Secret does not exist' })
    api.operator.start()
    const object = await applied(access, externalSecret({ ...source, key: 'k' }))
    while (!JSON.stringify(api.read('ExternalSecret', namespace, 'redis-credentials')).includes('SecretSyncedError')) {
      await access.clock.sleep(100, access.cancel.signal)
    }
    api.operator.stop()
    expect((await verifying(access, object)).failure).toMatchObject({
      code: 'external-secret-error',
      message: expect.stringMatching(/is not running, .*\. Its last error: AWS Secrets Manager has no secret k in/),
      hint: expect.stringMatching(/external-secrets`.*; create it, or correct its name/)
    })
  })

  test('fails the run although a sync ended just before the forced one', async () => {
    const { cluster } = access
    const annotate = cluster.annotate.bind(cluster)
    const version = () =>
      at(api.read('ExternalSecret', namespace, 'redis-credentials'), 'status', 'syncedResourceVersion')
    cluster.annotate = async (object, place, annotations) => {
      cluster.annotate = annotate
      const before = version()
      api.operator.start()
      await annotate(object, place, { 'force-sync': 'by another run' })
      while (version() === before) await setTimeout(5)
      api.operator.stop()
      return annotate(object, place, annotations)
    }
    expect((await verifying(access, externalSecret(source))).failure?.code).toBe('secret-stale')
  })

  test('fails at the deadline of the run', async () => {
    const { failure } = await verifying(access, externalSecret(source), { timeout: 5_000 })
    expect(failure).toMatchObject({
      code: 'secret-stale',
      message: expect.stringMatching(
        /^after 5\.0 s still waiting for the operator to sync ExternalSecret\/redis-credentials\. The Secret still holds the values synced at \S+Z$/
      )
    })
  })
})

describe('the ExternalSecret', () => {
  const path = /externalsecrets\/redis-credentials$/

  test('fails the run if it is deleted meanwhile', async () => {
    const object = await established()
    api.operator.stop()
    const onLog = (line: string) =>
      void (line.startsWith('waiting') && api.remove('ExternalSecret', namespace, 'redis-credentials'))
    expect((await verifying(access, object, { onLog })).failure).toMatchObject({
      code: 'external-secret-error',
      message: 'ExternalSecret/redis-credentials is not there (namespace default)'
    })
  })

  test('fails the run if its deletion does not finish', async () => {
    const object = await established()
    api.operator.stop()
    const stored = api.read('ExternalSecret', namespace, 'redis-credentials')
    const metadata = { name: 'redis-credentials', ...stored?.metadata, deletionTimestamp: '2026-11-23T08:15:39Z' }
    api.seed({ ...object, metadata })
    expect((await verifying(access, object)).failure).toMatchObject({
      code: 'external-secret-error',
      message: 'ExternalSecret/redis-credentials is being deleted (namespace default)'
    })
  })

  test.each([
    ['read', 'GET', 'get'],
    ['annotated', 'PATCH', 'patch']
  ])('fails the run if it may not be %s', async (_, method, verb) => {
    const object = await established()
    forbid(method, path, verb, 'externalsecrets', 'external-secrets.io')
    expect((await verifying(access, object)).failure).toMatchObject({
      code: 'forbidden',
      hint: expect.stringContaining(
        '- {apiGroups: ["external-secrets.io"], resources: [externalsecrets], resourceNames: ["redis-credentials"]'
      )
    })
  })
})

test('is reported as a missing operator, when applied and when read', async () => {
  await using bare = await startKubernetesApi({ externalSecrets: false })
  using lonely = await accessTo(bare)
  const object = externalSecret(source)
  const expected = {
    code: 'external-secret-error',
    message: expect.stringMatching(
      /^ExternalSecret\/redis-credentials cannot be used: the External Secrets Operator is not/
    ),
    hint: expect.stringContaining('`helm upgrade --install external-secrets')
  }
  expect((await applying(lonely, [{ object, source: JSON.stringify(object) }])).failure).toMatchObject(expected)
  expect((await verifying(lonely, object)).failure).toMatchObject(expected)
  expect((await verifying(lonely, object, { force: false })).failure).toMatchObject(expected)
})
