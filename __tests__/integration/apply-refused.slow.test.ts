import { describe, expect, test } from '@jest/globals'
import { Failure, type FailureCode } from '../../src/core/failure.ts'
import { objectId, textAt } from '../../src/core/kubernetes/object.ts'
import { type ManifestDocument, parseManifest } from '../../src/core/manifest.ts'
import { contentOf } from '../../src/phases/apply/content.ts'
import type { KubernetesApi } from '../support/kubernetes-api/server.ts'
import { access, api, documents, useCluster } from './apply-scene.ts'
import { applying } from './applying.ts'
import { wordsOf } from './outcome.ts'
import { edited, namespace } from './rendering.ts'

useCluster(50)

const base64 = (text: string) => Buffer.from(text).toString('base64')
const isWrite = ({ method, query }: KubernetesApi['requests'][number]) =>
  method !== 'GET' && query.get('dryRun') === null
const writes = () => api.requests.filter(isWrite).map(({ method, path }) => `${method} ${path.split('/').at(-1)}`)

/** The version of everything that a deploy may write; of the StatefulSet, whose status changes by itself, the content. */
function state(): Record<string, unknown> {
  const secret = { kind: 'Secret', metadata: { name: 'redis-credentials' } }
  const versions = [...documents.map(({ object }) => object), secret].map((object) => {
    const stored = api.read(object.kind, namespace, object.metadata.name)
    const seen = stored?.kind === 'StatefulSet' ? contentOf(stored) : stored?.metadata.resourceVersion
    return [objectId(object), seen] as const
  })
  return Object.fromEntries(versions)
}

/** A reply of the API server to every apply at a path, dry run or not. */
function refuses(path: RegExp, status: number, message: string): void {
  const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code: status }
  api.fault({ method: 'PATCH', path, times: 1000, reply: { status, body } })
}

/** A Service of another client with another selector than the rendered one. */
function seedService(): void {
  const spec = { selector: { 'app.kubernetes.io/name': 'valkey' }, ports: [{ name: 'redis', port: 6379 }] }
  const stored = api.read('Service', namespace, 'redis')
  const metadata = stored?.metadata ?? { name: 'redis', namespace }
  const changed = { ...(stored?.['spec'] as object | undefined), ...spec }
  api.seed({ apiVersion: 'v1', kind: 'Service', metadata, spec: changed }, { fieldManager: 'helm' })
}

/** A Service whose port another client moved: our apply adds the rendered one beside it, with the same name. */
function seedMovedPort(): void {
  const stored = api.read('Service', namespace, 'redis')
  const spec = {
    ...Object(stored?.['spec']),
    ports: [{ name: 'redis', port: 6380, targetPort: 'redis', protocol: 'TCP' }]
  }
  const metadata = stored?.metadata ?? { name: 'redis', namespace }
  api.seed({ apiVersion: 'v1', kind: 'Service', metadata, spec }, { fieldManager: 'kubectl-edit' })
}

function seedSecret(data: Record<string, string>, metadata: object = {}, fieldManager = 'kubectl'): void {
  const encoded = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)]))
  const named = { name: 'redis-credentials', namespace, ...metadata }
  api.seed({ apiVersion: 'v1', kind: 'Secret', metadata: named, type: 'Opaque', data: encoded }, { fieldManager })
}

const complete = (host: string, password: string) => ({
  host,
  port: '6379',
  password,
  url: `redis://:${password}@${host}:6379`
})

type Edit = (text: string) => string
type Case = [refusal: string, code: FailureCode, prepare: () => void, edit?: Edit]

const anyTopology: Case[] = [
  ['a field that another client owns', 'field-conflict', seedService],
  ['a port that another client moved', 'field-conflict', seedMovedPort],
  [
    'a quota',
    'quota-exceeded',
    () => refuses(/\/services\/redis$/, 403, 'services "redis" is forbidden: exceeded quota: few, requested: a=1')
  ],
  [
    'a policy of the cluster',
    'invalid-manifest',
    () =>
      refuses(
        /\/networkpolicies\/redis$/,
        422,
        'networkpolicies "redis" is forbidden: ValidatingAdmissionPolicy x denied request: no'
      )
  ],
  [
    'a right that is missing',
    'forbidden',
    () => refuses(/\/statefulsets\/redis$/, 403, 'statefulsets.apps "redis" is forbidden: User "deployer" cannot patch')
  ],
  [
    'a field that the API does not have',
    'invalid-manifest',
    () => {},
    (text) => text.replace('enableServiceLinks:', 'enableServicesLinks:')
  ],
  [
    'the Secret, which must not be written',
    'forbidden',
    () => {
      const message = 'secrets is forbidden: User "deployer" cannot create resource "secrets"'
      const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code: 403 }
      for (const method of ['POST', 'PATCH']) {
        api.fault({ method, path: /\/secrets/, times: 1000, reply: { status: 403, body } })
      }
    }
  ]
]

describe('a refused first deployment', () => {
  test.each<Case>([
    ...anyTopology,
    ['a Secret that cannot be used', 'secret-field', () => seedSecret({ password: 'a-password-of-two' })]
  ])('writes nothing: %s', async (_refusal, code, prepare, edit = (text) => text) => {
    prepare()
    const before = state()
    const { failure, objects } = await applying(access, edited(documents, edit))
    expect(failure?.code).toBe(code)
    expect(state()).toEqual(before)
    expect(writes()).toEqual([])
    expect(objects).toEqual([])
  })
})

describe('a refused deployment with another password and configuration', () => {
  const more: Edit = (text) => text.replace('maxmemory 256mb', 'maxmemory 250mb')

  test.each<Case>([
    ...anyTopology,
    [
      'a field that can never change',
      'immutable-field',
      () => {},
      (text) => text.replace('storage: 5Gi', 'storage: 6Gi')
    ],
    [
      'the password, which another client owns',
      'field-conflict',
      () => seedSecret(complete('redis.default.svc', 'somebody-elses'), {}, 'kubectl-edit')
    ]
  ])('writes nothing: %s', async (_refusal, code, prepare, edit = (text) => text) => {
    await applying(access, documents, { redisPassword: 'the-first-password' })
    prepare()
    const [before, count] = [state(), writes().length]
    const changed = edited(documents, (text) => edit(more(text)))
    const { failure, objects } = await applying(access, changed, { redisPassword: 'the-second-password' })
    expect(failure?.code).toBe(code)
    expect(state()).toEqual(before)
    expect(writes().slice(count)).toEqual([])
    expect(objects).toEqual([])
  })
})

test('an unusable Secret is kept, and nothing else is written', async () => {
  await applying(access, documents)
  seedSecret({ ...complete('redis.default.svc', 'one'), url: 'redis://:two@redis.default.svc:6379' })
  const [before, count] = [state(), writes().length]
  const { failure } = await applying(
    access,
    edited(documents, (text) => text.replace('maxmemory 256mb', 'maxmemory 250mb'))
  )
  expect(failure?.code).toBe('secret-field')
  expect(state()).toEqual(before)
  expect(writes().slice(count)).toEqual([])
})

describe('a deployment whose dry runs are accepted', () => {
  test('writes only what differs, the Secret directly before the StatefulSet', async () => {
    await applying(access, documents, { redisPassword: 'the-first-password' })
    const count = writes().length
    const label: Edit = (text) => text.replace(/name: redis-headless\n/, '$&  annotations:\n    team: cache\n')
    const { objects, log } = await applying(access, edited(documents, label), { redisPassword: 'the-second-password' })
    expect(writes().slice(count)).toEqual(['PATCH redis-headless', 'PATCH redis-credentials', 'PATCH redis'])
    expect(objects.filter(({ change }) => change === 'unchanged')).toHaveLength(3)
    expect(log).toContain('ConfigMap/redis-config unchanged')
  })

  test('creates a generated password after everything else, before the StatefulSet', async () => {
    await applying(access, documents)
    expect(writes().slice(-2)).toEqual(['POST secrets', 'PATCH redis'])
    expect(writes()).toHaveLength(6)
  })

  test('reads, tries and writes a changed object, and reads and tries the others', async () => {
    await applying(access, documents)
    const count = api.requests.length
    const label: Edit = (text) => text.replace(/name: redis-headless\n/, '$&  annotations:\n    team: cache\n')
    await applying(access, edited(documents, label))
    expect(api.requests.length - count).toBe(12)
  })

  test('stops before the Secret if another write fails', async () => {
    await applying(access, documents, { redisPassword: 'the-first-password' })
    const before = state()
    const label: Edit = (text) => text.replace(/name: redis-headless\n/, '$&  annotations:\n    team: cache\n')
    const { failure } = await applying(
      access,
      edited(documents, label),
      { redisPassword: 'the-second-password' },
      undefined,
      async () => refuses(/\/services\/redis-headless$/, 403, 'services "redis-headless" is forbidden')
    )
    expect(failure?.code).toBe('forbidden')
    expect(state()).toEqual(before)
    const { failure: none, changes } = await applying(access, documents, { redisPassword: 'the-second-password' })
    expect(none?.code).toBe('forbidden')
    expect(changes).toEqual({})
  })

  test('keeps what another client writes between the dry run and the write', async () => {
    await applying(access, documents)
    const set = () => api.read('StatefulSet', namespace, 'redis')
    const scaled = async () => {
      const stored = set()
      if (stored === undefined) throw new Error('no StatefulSet is stored')
      const spec = { ...(stored['spec'] as object), minReadySeconds: 7 }
      api.seed({ ...stored, spec }, { fieldManager: 'kubectl-edit' })
    }
    const longer: Edit = (text) =>
      text.replace('terminationGracePeriodSeconds: 60', 'terminationGracePeriodSeconds: 61')
    const { failure } = await applying(access, edited(documents, longer), {}, undefined, scaled)
    expect(failure).toBeUndefined()
    expect(textAt(set(), 'spec', 'minReadySeconds')).toBe('7')
    expect(textAt(set(), 'spec', 'template', 'spec', 'terminationGracePeriodSeconds')).toBe('61')
  })
})

describe('the callback before the first write', () => {
  const longer: Edit = (text) => text.replace('terminationGracePeriodSeconds: 60', 'terminationGracePeriodSeconds: 61')

  test('receives each object as it is and as it would be', async () => {
    await applying(access, documents)
    const count = writes().length
    const told: Record<string, [before: unknown, after: unknown]> = {}
    const seconds = (object: unknown) => textAt(object, 'spec', 'template', 'spec', 'terminationGracePeriodSeconds')
    await applying(access, edited(documents, longer), {}, undefined, async (states) => {
      expect(writes()).toHaveLength(count)
      for (const { wanted, before, after } of states) told[objectId(wanted)] = [seconds(before), seconds(after)]
    })
    expect(Object.keys(told).toSorted()).toEqual([
      'ConfigMap/redis-config',
      'NetworkPolicy/redis',
      'Secret/redis-credentials',
      'Service/redis',
      'Service/redis-headless',
      'StatefulSet/redis'
    ])
    expect(told['StatefulSet/redis']).toEqual(['60', '61'])
  })

  test('receives objects as rendered if they depend on prerequisites of the same run', async () => {
    await applying(access, documents)
    const message = 'configmaps "redis-config" is forbidden: exceeded quota: few, requested: a=1'
    const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code: 403 }
    api.fault({ method: 'PATCH', path: /\/configmaps\/redis-config$/, reply: { status: 403, body } })
    const quota = parseManifest(
      `apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: few, namespace: ${namespace}}\nspec: {hard: {pods: 9}}\n`
    )
    const off: Edit = (text) => text.replace('appendonly yes', 'appendonly no')
    const told: Record<string, string> = {}
    const { failure } = await applying(access, [...quota, ...edited(documents, off)], {}, undefined, async (states) => {
      for (const { before, after } of states) {
        const appends = [before, after].map((each) => /appendonly \w+/.exec(JSON.stringify(each?.['data'] ?? ''))?.[0])
        told[objectId(after)] = appends.join(', ')
      }
    })
    expect(failure).toBeUndefined()
    expect(told['ConfigMap/redis-config']).toBe('appendonly yes, appendonly no')
    expect(Object.keys(told)).toContain('StatefulSet/redis')
  })

  test('can refuse the run, and nothing is written', async () => {
    await applying(access, documents)
    const [before, count] = [state(), writes().length]
    const danger = new Failure('invalid-manifest', 'it would lose data', 'do not')
    const { failure } = await applying(
      access,
      edited(documents, longer),
      { redisPassword: 'another-password' },
      undefined,
      () => Promise.reject(danger)
    )
    expect(failure).toBe(danger)
    expect(state()).toEqual(before)
    expect(writes().slice(count)).toEqual([])
  })

  test.each<[string, boolean, Edit]>([
    ['a plan', true, longer],
    ['a deploy that the server refuses', false, (text) => text.replace('storage: 5Gi', 'storage: 6Gi')]
  ])('is not called for %s', async (_run, dryRun, edit) => {
    await applying(access, documents)
    let isAsked = false
    await applying(access, edited(documents, edit), { dryRun }, undefined, async () => {
      isAsked = true
    })
    expect(isAsked).toBe(false)
  })
})

describe('a namespace created in the same run', () => {
  const there = (edit: Edit = (text) => text) =>
    edited(documents, (text) => edit(text.replace('namespace: default', 'namespace: clinic')))
  const account: Edit = () => 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: redis, namespace: clinic}\n'
  const own = () => parseManifest('apiVersion: v1\nkind: Namespace\nmetadata: {name: clinic}\n')

  test.each<[string, boolean, () => ManifestDocument[]]>([
    ['by the input', true, () => []],
    ['by the manifests', false, own]
  ])('is filled completely if it is created %s', async (_why, createNamespace, more) => {
    const all = [...more(), ...there(), ...parseManifest(account(''))]
    let asked = 0
    const { failure, objects } = await applying(
      access,
      all,
      { namespace: 'clinic', createNamespace },
      undefined,
      async () => {
        asked++
        expect(writes()).toEqual([])
      }
    )
    expect(failure).toBeUndefined()
    expect(asked).toBe(1)
    expect(objects.map(({ id, change }) => `${id} ${change}`).toSorted()).toEqual([
      'ConfigMap/redis-config created',
      'Namespace/clinic created',
      'NetworkPolicy/redis created',
      'Secret/redis-credentials created',
      'Service/redis created',
      'Service/redis-headless created',
      'ServiceAccount/redis created',
      'StatefulSet/redis created'
    ])
  })

  test('remains empty after a refusal that is only possible there', async () => {
    const inputs = { namespace: 'clinic', createNamespace: true }
    const { failure, objects } = await applying(access, there(), inputs, undefined, async () => {
      refuses(/\/statefulsets\/redis$/, 403, 'statefulsets.apps "redis" is forbidden: User "deployer" cannot patch')
    })
    expect(failure?.code).toBe('forbidden')
    expect(objects).toEqual([{ id: 'Namespace/clinic', change: 'created' }])
    expect(failure?.hint).toMatch(/manifests\/rbac.*; 1 object was written already: Namespace\/clinic$/)
    expect(writes()).toEqual(['POST namespaces'])
  })

  test('is not created if an unknown field is refused before', async () => {
    const misspelt = there((text) => text.replace('enableServiceLinks:', 'enableServicesLinks:'))
    const { failure } = await applying(access, misspelt, { namespace: 'clinic', createNamespace: true })
    expect(failure?.code).toBe('invalid-manifest')
    expect(writes()).toEqual([])
  })
})

describe('a kind defined in the same run', () => {
  const definition = parseManifest(
    'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: secretstores.external-secrets.io}\n' +
      'spec: {group: external-secrets.io, names: {kind: SecretStore}}\n'
  )
  const store = parseManifest(
    `apiVersion: external-secrets.io/v1\nkind: SecretStore\nmetadata: {name: mine, namespace: ${namespace}}\nspec: {}\n`
  )
  /** The cluster says so many times that it does not serve the group. */
  const unserved = (times: number) => {
    const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: '404 page not found', code: 404 }
    api.fault({ method: 'GET', path: /^\/apis\/external-secrets\.io\/v1$/, times, reply: { status: 404, body } })
  }

  test('is awaited until the cluster serves it', async () => {
    unserved(4)
    const { failure, changes } = await applying(access, [...store, ...definition])
    expect(failure).toBeUndefined()
    expect(changes['SecretStore/mine']).toBe('created')
  })

  test('is reported if it is never served', async () => {
    unserved(1_000)
    const { failure, changes } = await applying(access, [...store, ...definition])
    expect(failure?.message).toContain('the cluster has no kind SecretStore in external-secrets.io/v1')
    expect(changes).toEqual({ 'CustomResourceDefinition/secretstores.external-secrets.io': 'created' })
  })
})

test('writes nothing for a namespace that does not exist', async () => {
  const cluster = parseManifest('apiVersion: v1\nkind: Namespace\nmetadata: {name: another}\n')
  const there = edited(documents, (text) => text.replace('namespace: default', 'namespace: absent'))
  const { failure } = await applying(access, [...cluster, ...there], { namespace: 'absent' })
  expect(failure).toMatchObject({
    code: 'namespace-missing',
    message: 'namespace absent cannot be used: namespaces "absent" not found'
  })
  expect(writes()).toEqual([])
})

describe('a Secret of the External Secrets Operator', () => {
  const production = complete('master.redis.abc123.euw1.cache.amazonaws.com', 'the-token-of-production')
  const own = complete('redis.default.svc', 'a-shared-password')
  const owner = { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'redis-credentials', uid: 'u' }
  const manager = 'externalsecrets.external-secrets.io/redis-credentials'

  describe.each([
    ['by its owner', production, { ownerReferences: [owner] }, 'kubectl'],
    ['by who writes its fields', production, {}, manager],
    ['with the address of this Redis', own, { ownerReferences: [owner] }, manager]
  ])('recognised %s', (_sign, data, metadata, fieldManager) => {
    test.each([
      ['without a password', {}],
      ['with a password', { redisPassword: 'another-password' }],
      ['with a password, by force', { redisPassword: 'another-password', forceConflicts: true }],
      ['by force', { forceConflicts: true }]
    ])('refuses a self-hosted Redis %s', async (_, inputs) => {
      seedSecret(data, metadata, fieldManager)
      seedService()
      const before = state()
      const { failure } = await applying(access, documents, inputs)
      expect(failure).toMatchObject({
        code: 'secret-field',
        message:
          'namespace default belongs to another environment: Secret/redis-credentials is owned by ' +
          'ExternalSecret/redis-credentials, and this environment has its own Redis',
        hint:
          'give this environment its own namespace, `namespace: …`, or choose the `environment` that namespace ' +
          'default belongs to'
      })
      expect(failure && wordsOf(failure)).not.toMatch(/force|delete/)
      expect(state()).toEqual(before)
      expect(writes()).toEqual([])
    })
  })

  test.each([
    ['without a password', {}],
    ['with a password', { redisPassword: 'another-password' }],
    ['with a password, by force', { redisPassword: 'another-password', forceConflicts: true }]
  ])('is refused if it appears between the dry run and the write, %s', async (_, inputs) => {
    const appears = async () => seedSecret(production, { ownerReferences: [owner] }, manager)
    const { failure } = await applying(access, documents, inputs, undefined, appears)
    expect(failure?.message).toContain('belongs to another environment')
    expect(api.read('Secret', namespace, 'redis-credentials')?.['data']).toEqual(
      Object.fromEntries(Object.entries(production).map(([key, value]) => [key, base64(value)]))
    )
    expect(api.read('StatefulSet', namespace, 'redis')).toBeUndefined()
  })

  test('is refused in a plan as well', async () => {
    seedSecret(production, { ownerReferences: [owner] }, manager)
    const { failure } = await applying(access, documents, { dryRun: true, redisPassword: 'another-password' })
    expect(failure?.message).toContain('belongs to another environment')
  })

  test('is refused if the manifests contain a Secret', async () => {
    seedSecret(production, { ownerReferences: [owner] }, manager)
    const data = Object.fromEntries(Object.entries(own).map(([key, value]) => [key, base64(value)]))
    const metadata = { name: 'redis-credentials', namespace }
    const secret = parseManifest(JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata, data }))
    const { failure } = await applying(access, [...documents, ...secret], { forceConflicts: true })
    expect(failure?.message).toContain('belongs to another environment')
    expect(writes()).toEqual([])
  })

  test('is accepted if the manifests contain that ExternalSecret beside the Redis', async () => {
    seedSecret(own, { ownerReferences: [owner] }, manager)
    const spec = {
      secretStoreRef: { name: 's' },
      dataFrom: [{ extract: { key: 'k' } }],
      target: { creationPolicy: 'Merge' }
    }
    const { apiVersion, kind } = owner
    const external = { apiVersion, kind, metadata: { name: 'redis-credentials', namespace }, spec }
    const { failure } = await applying(access, [...documents, ...parseManifest(JSON.stringify(external))])
    expect(failure).toBeUndefined()
  })

  test('is accepted if the operator only adds a key of its own', async () => {
    await applying(access, documents)
    const secret = api.read('Secret', namespace, 'redis-credentials')
    if (secret === undefined) throw new Error('no Secret is stored')
    const metadata = { ...secret.metadata, labels: { 'reconcile.external-secrets.io/managed': 'true' } }
    const data = { ...(secret['data'] as object), licence: base64('x') }
    api.seed({ ...secret, metadata, data }, { fieldManager: manager })
    expect((await applying(access, documents)).failure).toBeUndefined()
  })
})
