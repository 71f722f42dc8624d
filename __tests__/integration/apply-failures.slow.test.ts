import { describe, expect, test } from '@jest/globals'
import { Failure, type FailureCode } from '../../src/core/failure.ts'
import { parseManifest } from '../../src/core/manifest.ts'
import type { FaultReply } from '../support/kubernetes-api/server.ts'
import { until } from '../support/until.ts'
import { access, api, documents, useCluster } from './apply-scene.ts'
import { accessTo, applying } from './applying.ts'
import { edited, namespace } from './rendering.ts'

useCluster(50)

/** A refusal as the API server words it. */
function refused(status: number, message: string, headers: Record<string, string> = {}): FaultReply {
  return { status, body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code: status }, headers }
}

const always = { times: 1000 }
const patches = (path: RegExp) =>
  api.requests.filter((request) => request.method === 'PATCH' && path.test(request.path))

describe('a refused apply', () => {
  const forbidden = (what: string) => `${what} is forbidden: User "deployer" cannot patch resource`
  const cases: [situation: string, path: RegExp, reply: FaultReply, code: FailureCode, said: string, hint: string][] = [
    [
      'a right is missing',
      /\/configmaps\/redis-config$/,
      refused(403, forbidden('configmaps "redis-config"')),
      'forbidden',
      'cannot apply ConfigMap/redis-config in namespace default: configmaps "redis-config" is forbidden',
      'manifests/rbac'
    ],
    [
      'a quota has no room',
      /\/services\/redis$/,
      refused(403, 'services "redis" is forbidden: exceeded quota: few, requested: services=1'),
      'quota-exceeded',
      'exceeded quota: few',
      'kubectl -n default describe resourcequota'
    ],
    [
      'the namespace is being deleted',
      /\/services\/redis$/,
      refused(403, 'unable to create new content in namespace default because it is being terminated'),
      'namespace-missing',
      'namespace default cannot be used: unable to create',
      'kubectl get namespace default'
    ],
    [
      'a webhook refuses',
      /\/services\/redis$/,
      refused(400, 'admission webhook "policy.example" denied the request: no team label'),
      'invalid-manifest',
      'cannot apply Service/redis in namespace default: admission webhook "policy.example" denied',
      'the named policy'
    ],
    [
      'the server is busy for good',
      /\/services\/redis$/,
      refused(503, 'the server is currently unable to handle the request'),
      'cluster-unreachable',
      'the API server fails: the server is currently unable to handle the request',
      'kubectl get --raw /readyz'
    ],
    [
      'the connection always breaks',
      /\/services\/redis$/,
      'reset',
      'cluster-unreachable',
      'the API server cannot be reached: 127.0.0.1',
      'kubectl cluster-info'
    ]
  ]

  test.each(cases)('is explained: %s', async (_situation, path, reply, code, said, hint) => {
    api.fault({ method: 'PATCH', path, reply, ...always })
    const { failure } = await applying(access, documents)
    expect(failure?.code).toBe(code)
    expect(failure?.message).toContain(said)
    expect(failure?.hint).toContain(hint)
    expect(api.read('StatefulSet', namespace, 'redis')).toBeUndefined()
  })

  test('names an unknown field at once', async () => {
    const misspelt = edited(documents, (text) => text.replace('enableServiceLinks:', 'enableServicesLinks:'))
    const { failure } = await applying(access, misspelt)
    expect(failure?.message).toContain('.spec.template.spec.enableServicesLinks: field not declared in schema')
    expect(failure?.code).toBe('invalid-manifest')
    expect(patches(/statefulsets/)).toHaveLength(1)
  })

  test('names a custom resource without its definition', async () => {
    const monitor = { apiVersion: 'monitoring.coreos.com/v1', kind: 'PodMonitor', metadata: { name: 'redis' } }
    const { failure } = await applying(access, [...documents, ...parseManifest(JSON.stringify(monitor))])
    expect(failure).toMatchObject({
      code: 'invalid-manifest',
      message: 'PodMonitor/redis cannot be sent: the cluster has no kind PodMonitor in monitoring.coreos.com/v1',
      hint: expect.stringContaining('install the custom resource definition')
    })
  })

  test('names an object of another namespace', async () => {
    const elsewhere = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'elsewhere' } }
    const { failure } = await applying(access, parseManifest(JSON.stringify(elsewhere)))
    expect(failure).toMatchObject({ code: 'invalid-manifest', message: expect.stringContaining('ConfigMap/x') })
  })

  test('names an immutable field', async () => {
    await applying(access, documents)
    const renamed = edited(documents, (text) => text.replace('serviceName: redis-headless', 'serviceName: other'))
    const { failure } = await applying(access, renamed)
    expect(failure).toMatchObject({
      code: 'immutable-field',
      message:
        'cannot apply StatefulSet/redis in namespace default, because a field is immutable: ' +
        '.spec.serviceName is "redis-headless", wanted: "other"',
      hint: expect.stringContaining('`kubectl --namespace default delete statefulset redis --cascade=orphan`'),
      evidence: [{ title: 'What the API server says', text: expect.stringContaining('updates to statefulset spec') }]
    })
  })

  test('names a field that another client owns with a different value', async () => {
    const metadata = { name: 'redis', namespace }
    const spec = { selector: { 'app.kubernetes.io/name': 'valkey' }, ports: [{ name: 'redis', port: 6379 }] }
    api.seed({ apiVersion: 'v1', kind: 'Service', metadata, spec }, { fieldManager: 'helm' })
    const { failure } = await applying(access, documents)
    expect(failure).toMatchObject({ code: 'field-conflict', hint: expect.stringContaining('force-conflicts: true') })
    expect(failure?.message).toMatch(/cannot apply Service\/redis .*"helm".*\.spec\.selector/)
    const forced = await applying(access, documents, { forceConflicts: true })
    expect(forced.changes['Service/redis']).toBe('configured')
  })

  test('mentions a missing namespace once', async () => {
    const there = edited(documents, (text) => text.replace('namespace: default', 'namespace: absent'))
    const { failure } = await applying(access, there, { namespace: 'absent' })
    expect(failure).toMatchObject({
      code: 'namespace-missing',
      message: 'namespace absent cannot be used: namespaces "absent" not found',
      hint: 'run `kubectl create namespace absent`, or set create-namespace: true'
    })
  })

  test('mentions rejected credentials once', async () => {
    using stranger = await accessTo({ kubeconfig: api.kubeconfig.replace(api.token, 'expired-token') })
    const { failure } = await applying(stranger, documents)
    expect(failure).toMatchObject({
      code: 'unauthorized',
      message: 'the API server rejects the credentials of the kubeconfig: Unauthorized'
    })
  })

  test('names several refusals at once', async () => {
    api.fault({ path: /\/configmaps\//, reply: refused(403, 'configmaps "redis-config" is forbidden'), ...always })
    api.fault({ path: /\/networkpolicies\//, reply: refused(422, 'spec.ingress: Invalid value'), ...always })
    const { failure } = await applying(access, documents)
    expect(failure?.message).toContain('cannot apply ConfigMap/redis-config in namespace default: ')
    expect(failure?.message).toContain('. Also: cannot apply NetworkPolicy/redis in namespace default: ')
    expect(failure?.hint).toContain('manifests/rbac')
    expect(failure?.hint).toContain('; correct the named field')
  })
})

describe('a deployment with several problems', () => {
  const services = { path: /\/services\/redis$/, reply: refused(403, 'services "redis" is forbidden'), ...always }

  test('lists all of them, including the StatefulSet, which is only tried', async () => {
    api.fault({ method: 'PATCH', ...services })
    const misspelt = edited(documents, (text) => text.replace('enableServiceLinks:', 'enableServicesLinks:'))
    const { failure } = await applying(access, misspelt)
    expect(failure?.code).toBe('forbidden')
    expect(failure?.message).toContain('.spec.template.spec.enableServicesLinks: field not declared in schema')
    expect(patches(/statefulsets/).map(({ query }) => query.get('dryRun'))).toEqual(['All'])
  })

  test('lists all of them with a valid StatefulSet', async () => {
    api.fault({ method: 'PATCH', ...services })
    const { failure, objects } = await applying(access, documents)
    expect(failure?.message).toBe('cannot apply Service/redis in namespace default: services "redis" is forbidden')
    expect(api.read('StatefulSet', namespace, 'redis')).toBeUndefined()
    expect(objects.map(({ id }) => id)).not.toContain('StatefulSet/redis')
  })

  test('writes nothing after a failed prerequisite', async () => {
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'redis' } }
    api.fault({ path: /serviceaccounts/, reply: refused(403, 'serviceaccounts "redis" is forbidden'), ...always })
    api.fault({ method: 'PATCH', ...services })
    const { failure } = await applying(access, [...documents, ...parseManifest(JSON.stringify(account))])
    expect(failure?.message).toMatch(/ServiceAccount\/redis .*\. Also: cannot apply Service\/redis /)
    expect(api.read('ConfigMap', namespace, 'redis-config')).toBeUndefined()
    expect(api.read('Secret', namespace, 'redis-credentials')).toBeUndefined()
    expect(
      patches(/./).filter(({ path, query }) => !path.includes('accounts') && query.get('dryRun') === null)
    ).toEqual([])
  })
})

test('names what was already written if a later write fails', async () => {
  await applying(access, documents)
  const changed = edited(documents, (text) =>
    text
      .replace('appendonly yes', 'appendonly no')
      .replace('terminationGracePeriodSeconds: 60', 'terminationGracePeriodSeconds: 61')
  )
  const quota = refused(403, 'statefulsets.apps "redis" is forbidden: exceeded quota: few')
  const { failure } = await applying(access, changed, {}, undefined, async () => {
    api.fault({ method: 'PATCH', path: /\/statefulsets\/redis$/, reply: quota, ...always })
  })
  expect(failure).toMatchObject({
    code: 'quota-exceeded',
    message: expect.stringMatching(/^cannot apply StatefulSet\/redis in namespace default: .*exceeded quota: few$/),
    hint: expect.stringMatching(/ describe resourcequota`; 1 object was written already: ConfigMap\/redis-config$/)
  })
})

describe('a temporary failure', () => {
  const path = /\/services\/redis$/

  test('is retried after the delay that the server requests for too many requests', async () => {
    api.fault({ method: 'PATCH', path, reply: refused(429, 'too many requests', { 'Retry-After': '2' }) })
    const { failure } = await applying(access, documents)
    expect(failure).toBeUndefined()
    expect(access.clock.sleeps).toEqual([2000])
  })

  test.each<[string, FaultReply]>([
    ['a server that is not ready', refused(503, 'apiserver not ready')],
    ['a connection that breaks', 'reset']
  ])('is retried with a growing delay for %s, three times', async (_situation, reply) => {
    api.fault({ method: 'PATCH', path, times: 3, reply })
    const { failure, changes } = await applying(access, documents)
    expect(failure).toBeUndefined()
    expect(changes['Service/redis']).toBe('created')
    expect(access.clock.sleeps).toEqual([300, 900, 2700])
  })
})

test('is reported if no server is reachable', async () => {
  await api.close()
  const { failure } = await applying(access, documents)
  expect(failure).toMatchObject({
    code: 'cluster-unreachable',
    message: expect.stringMatching(/^the API server cannot be reached: 127\.0\.0\.1:\d+: .*ECONNREFUSED/)
  })
})

test('does not delay a cancelled run while the server never responds', async () => {
  api.fault({ path: /./, reply: 'hang', ...always })
  const cancelled = new Failure('cancelled', 'the run was cancelled', 'run again')
  const before = api.requests.length
  const asked = until(() => api.requests.length > before)
  const cancelling = asked.then(() => access.cancel.abort(cancelled))
  expect((await applying(access, documents)).failure).toBe(cancelled)
  await cancelling
})
