import { describe, expect, test } from '@jest/globals'
import { at, type KubernetesObject, listAt, textAt } from '../../src/core/kubernetes/object.ts'
import { access, api, documents, useCluster } from './apply-scene.ts'
import { applying } from './applying.ts'
import { edited, namespace } from './rendering.ts'

useCluster()

function stored(kind: string, name: string): KubernetesObject {
  const object = api.read(kind, namespace, name)
  if (object === undefined) throw new Error(`no ${kind}/${name} is stored`)
  return object
}

describe('the reported changes', () => {
  test('are created for a first apply and unchanged for a second one', async () => {
    const first = await applying(access, documents)
    const ids = [
      'ConfigMap/redis-config',
      'NetworkPolicy/redis',
      'Secret/redis-credentials',
      'Service/redis',
      'Service/redis-headless',
      'StatefulSet/redis'
    ]
    expect(first.changes).toEqual(Object.fromEntries(ids.map((id) => [id, 'created'])))
    expect(first.log).toContain('Service/redis created')

    const second = await applying(access, documents)
    expect(second.changes).toEqual(Object.fromEntries(ids.map((id) => [id, 'unchanged'])))
    expect(second.objects).toHaveLength(6)
    expect(second.credentials).toEqual(first.credentials)
  })

  test('are configured only for an object with another label', async () => {
    await applying(access, documents)
    const label = (source: string) => source.replace(/name: redis-headless\n/, '$&  annotations:\n    team: cache\n')
    const { changes } = await applying(access, edited(documents, label))
    expect(Object.entries(changes).filter(([, change]) => change !== 'unchanged')).toEqual([
      ['Service/redis-headless', 'configured']
    ])
    expect(stored('Service', 'redis-headless').metadata.annotations).toEqual({ team: 'cache' })
  })

  test('include a field of ours that another client changed and force restores', async () => {
    await applying(access, documents)
    const policy = stored('NetworkPolicy', 'redis')
    api.seed({ ...policy, spec: { podSelector: {}, policyTypes: ['Ingress'] } }, { fieldManager: 'kubectl-edit' })
    const { changes } = await applying(access, documents, { forceConflicts: true })
    expect(changes['NetworkPolicy/redis']).toBe('configured')
    expect(stored('NetworkPolicy', 'redis')['spec']).toEqual(policy['spec'])
  })

  test('do not include a field that only another client sets', async () => {
    await applying(access, documents)
    const service = stored('Service', 'redis')
    const labels = { ...service.metadata.labels, 'team.example/owner': 'platform' }
    const metadata = { ...service.metadata, labels }
    api.seed({ ...service, metadata }, { fieldManager: 'kubectl-label' })
    const { changes, notes } = await applying(access, documents)
    expect(changes['Service/redis']).toBe('unchanged')
    expect(stored('Service', 'redis').metadata.labels).toEqual(labels)
    expect(notes).toEqual([
      'Service/redis has labels or annotations that other clients added and that are not rendered: ' +
        '.metadata.labels.team.example/owner (kubectl-label).'
    ])
  })

  test('are none where another client added a container: nothing is written, also by force', async () => {
    await applying(access, documents)
    const statefulSet = structuredClone(stored('StatefulSet', 'redis'))
    const containers = listAt(statefulSet, 'spec', 'template', 'spec', 'containers')
    containers.push({ name: 'intruder', image: 'redis:7.2' })
    api.seed(statefulSet, { fieldManager: 'kubectl-patch' })
    const before = api.requests.length
    const { failure, changes } = await applying(access, documents, { forceConflicts: true })
    expect(failure).toMatchObject({
      code: 'config-drift',
      message: expect.stringMatching(
        /containers\[name="intruder"\] is present but is not rendered \(written by kubectl-patch/
      ),
      hint: expect.stringContaining(
        '{"op":"test","path":"/spec/template/spec/containers/2/name","value":"intruder"},' +
          '{"op":"remove","path":"/spec/template/spec/containers/2"}'
      )
    })
    expect(changes).toEqual({})
    const requests = api.requests.slice(before)
    expect(requests.filter(({ method, query }) => method !== 'GET' && query.get('dryRun') !== 'All')).toEqual([])
  })
})

describe('the request for an object', () => {
  test('contains the peers of a NetworkPolicy', async () => {
    await applying(access, documents)
    const from = listAt(stored('NetworkPolicy', 'redis'), 'spec', 'ingress').map((rule) => at(rule, 'from'))
    expect(from).toEqual([
      [{ podSelector: { matchLabels: { 'app.kubernetes.io/component': 'backend' } } }],
      [
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } },
          podSelector: { matchLabels: { 'app.kubernetes.io/name': 'prometheus' } }
        }
      ]
    ])
  })

  test('contains a field that the client library does not know', async () => {
    const field = (source: string) => source.replace('enableServiceLinks: false', '$&\n      hostnameOverride: cache')
    await applying(access, edited(documents, field))
    expect(textAt(stored('StatefulSet', 'redis'), 'spec', 'template', 'spec', 'hostnameOverride')).toBe('cache')
  })

  test('contains octal numbers as YAML 1.1 reads them, even after annotations were added', async () => {
    await applying(access, documents)
    const volumes = listAt(stored('StatefulSet', 'redis'), 'spec', 'template', 'spec', 'volumes')
    const credentials = volumes.find((volume) => at(volume, 'name') === 'credentials')
    expect(at(credentials, 'secret', 'defaultMode')).toBe(0o440)
  })

  test('reuses a few open connections', async () => {
    await applying(access, documents)
    await applying(access, documents)
    const connections = new Set(api.requests.map(({ connection }) => connection))
    expect(api.requests.length).toBeGreaterThan(20)
    expect(connections.size).toBeLessThanOrEqual(8)
  })

  test('tries and then applies with one manager and strict validation, without force', async () => {
    await applying(access, documents)
    const applies = api.requests.filter(({ method }) => method === 'PATCH')
    const query = { fieldManager: 'redis-cache-action', fieldValidation: 'Strict', force: 'false' }
    expect(applies.map((request) => Object.fromEntries(request.query))).toEqual([
      ...Array(5).fill({ ...query, dryRun: 'All' }),
      ...Array(5).fill(query)
    ])
    expect(new Set(applies.map(({ contentType }) => contentType))).toEqual(new Set(['application/apply-patch+yaml']))
  })
})

describe('the checksum annotations of the pod template', () => {
  const annotations = () => at(stored('StatefulSet', 'redis'), 'spec', 'template', 'metadata', 'annotations')
  const marks = () => [
    textAt(annotations(), 'redis-cache-action/config'),
    textAt(annotations(), 'redis-cache-action/password')
  ]

  test('change with the configuration, which is reported', async () => {
    await applying(access, documents)
    const [config, password] = marks()
    const less = (source: string) => source.replace('maxmemory 256mb', 'maxmemory 100mb')
    const { changes, log } = await applying(access, edited(documents, less))
    expect(marks()).toEqual([expect.not.stringMatching(`^${config}$`), password])
    expect(changes).toMatchObject({ 'ConfigMap/redis-config': 'configured', 'StatefulSet/redis': 'configured' })
    expect(log).toContain('StatefulSet/redis configured (configuration changed)')
  })

  test('change with the password, which is reported', async () => {
    await applying(access, documents, { redisPassword: 'the-first-password' })
    const [config, password] = marks()
    const { changes, log } = await applying(access, documents, { redisPassword: 'the-second-password' })
    expect(marks()).toEqual([config, expect.not.stringMatching(`^${password}$`)])
    expect(changes).toMatchObject({ 'Secret/redis-credentials': 'configured', 'StatefulSet/redis': 'configured' })
    expect(log).toContain('StatefulSet/redis configured (password changed)')
  })

  test('do not change with image, labels or Services', async () => {
    await applying(access, documents)
    const before = marks()
    const image = (source: string) => source.replace(/image: .*redis_exporter.*/, 'image: example.org/exporter:v2')
    expect((await applying(access, edited(documents, image))).log).toContain('StatefulSet/redis configured')
    const label = (source: string) => source.replaceAll('part-of: hospital-erp-system', 'part-of: clinic')
    expect((await applying(access, edited(documents, label))).log).toContain('ConfigMap/redis-config configured')
    expect(marks()).toEqual(before)
  })

  test('are added to the rendered annotations', async () => {
    await applying(access, documents)
    expect(annotations()).toMatchObject({ 'prometheus.io/port': '9121', 'prometheus.io/scrape': 'true' })
  })
})

test('logs a warning of the server below its object', async () => {
  await applying(access, documents)
  const warning = '299 - "spec.clusterIP: \\"None\\" is old-fashioned", 299 - "::error::and ##[group]so on"'
  const reply = { status: 200, body: JSON.parse(JSON.stringify(stored('Service', 'redis'))), headers: { warning } }
  api.fault({ method: 'PATCH', path: /\/services\/redis$/, reply })
  const { log } = await applying(access, documents)
  const index = log.indexOf('Service/redis unchanged')
  expect(log.slice(index + 1, index + 3)).toEqual([
    '  the API server warns: spec.clusterIP: "None" is old-fashioned',
    expect.stringMatching(/^ {2}the API server warns: [^:]+:error::and # #\[group\]so on$/)
  ])
})

describe('the namespace', () => {
  test('is created on request, and kept the next time', async () => {
    const there = edited(documents, (source) => source.replace('namespace: default', 'namespace: clinic'))
    const inputs = { namespace: 'clinic', createNamespace: true }
    const first = await applying(access, there, inputs)
    expect(first.changes).toMatchObject({ 'Namespace/clinic': 'created', 'StatefulSet/redis': 'created' })
    expect(first.credentials?.host).toBe('redis.clinic.svc')
    const second = await applying(access, there, inputs)
    expect(second.objects.filter(({ change }) => change !== 'unchanged')).toEqual([])
  })
})
