import { describe, expect, test } from '@jest/globals'
import { at, type KubernetesObject, listAt, textAt } from '../../../../../src/core/kubernetes/object.ts'
import { obstacleIn, rehearsalObjects } from '../../../../../src/phases/rollout/rehearsal/objects.ts'
import { editedManifest } from '../../../document-of.ts'
import { pod as podShape } from '../shapes.ts'

type Json = Record<string, unknown>

/** The StatefulSet of the manifests with a change of its pod. */
function workload(
  edit: (spec: Json & { containers: Json[]; volumes: Json[] }, set: Json) => void = () => {}
): KubernetesObject {
  const found = editedManifest().find(({ object }) => object.kind === 'StatefulSet')
  const object = structuredClone(found?.object) as KubernetesObject
  edit(at(object, 'spec', 'template', 'spec') as never, object['spec'] as Json)
  return object
}

const base64 = (text: string) => Buffer.from(text).toString('base64')
const configMap = (name: string, data: Json): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data
})
const secret = (name: string, data: Record<string, string>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)]))
})
const config = configMap('redis-config', { 'redis.conf': 'port 6379\n', 'maxmemory.conf': 'maxmemory 1gb\n' })
const credentials = secret('redis-credentials', {
  host: 'redis.team.svc',
  password: 'p@ss word',
  url: 'redis://:p%40ss%20word@redis.team.svc:6379'
})

function made(statefulSet = workload(), planned: readonly KubernetesObject[] = [config, credentials]) {
  const running = podShape()
  const options = { run: 'run-1', activeSeconds: 70, password: 'throwaway' }
  const { asPlanned, pod, sources } = rehearsalObjects({ namespace: 'team', statefulSet, planned, running }, options)
  const source = (kind: string) => sources.find((each) => each.kind === kind)
  return { asPlanned, pod, configMap: source('ConfigMap'), secret: source('Secret') }
}

const volume = (pod: KubernetesObject, name: string) =>
  listAt(pod, 'spec', 'volumes').find((each) => at(each, 'name') === name)

describe('the pod that is admitted', () => {
  test('is the one that the controller would make', () => {
    const { asPlanned } = made()
    expect(asPlanned.metadata.labels).toMatchObject({
      'app.kubernetes.io/name': 'redis',
      'statefulset.kubernetes.io/pod-name': 'redis-0'
    })
    expect(asPlanned.metadata.annotations).toMatchObject({ 'prometheus.io/scrape': 'true' })
    expect(volume(asPlanned, 'data')).toEqual({ name: 'data', persistentVolumeClaim: { claimName: 'data-redis-0' } })
    expect(volume(asPlanned, 'config')).toEqual({ name: 'config', configMap: { name: 'redis-config' } })
    expect(at(asPlanned, 'spec', 'activeDeadlineSeconds')).toBeUndefined()
  })
})

describe('the pod that runs', () => {
  test('has the containers of the template, and no label of it', () => {
    const { pod } = made()
    const template = at(workload(), 'spec', 'template', 'spec')
    expect(listAt(pod, 'spec', 'containers')[0]).toEqual(listAt(template, 'containers')[0])
    expect(at(pod, 'spec', 'securityContext')).toEqual(at(template, 'securityContext'))
    expect(Object.keys(pod.metadata.labels ?? {})).toEqual(['app.kubernetes.io/name', 'app.kubernetes.io/managed-by'])
    expect(pod.metadata.annotations).toEqual({
      'kubectl.kubernetes.io/default-container': 'redis',
      'redis-cache-action/run': 'run-1'
    })
  })

  test('ends by itself, belongs to redis-0, and has its host name', () => {
    const { pod } = made()
    expect(pod['spec']).toMatchObject({
      activeDeadlineSeconds: 70,
      terminationGracePeriodSeconds: 0,
      hostname: 'redis-0',
      subdomain: 'redis-headless'
    })
    expect(pod.metadata['ownerReferences']).toEqual([
      expect.objectContaining({ kind: 'Pod', name: 'redis-0', controller: true })
    ])
  })

  test('has no priority that would drive other pods away, and no gate that nobody opens', () => {
    const { pod, asPlanned } = made(
      workload((spec) => Object.assign(spec, { priorityClassName: 'high', readinessGates: [{ conditionType: 'x/y' }] }))
    )
    expect(at(asPlanned, 'spec', 'priorityClassName')).toBe('high')
    expect(at(pod, 'spec', 'priorityClassName')).toBeUndefined()
    expect(at(pod, 'spec', 'readinessGates')).toBeUndefined()
  })

  test('has an empty directory in the place of each claim', () => {
    const { pod } = made(workload((spec) => spec.volumes.push({ name: 'scratch', ephemeral: {} })))
    expect(volume(pod, 'data')).toEqual({ name: 'data', emptyDir: {} })
    expect(volume(pod, 'scratch')).toEqual({ name: 'scratch', emptyDir: {} })
  })
})

describe('what the pod reads', () => {
  test('is the planned configuration, under the paths of the template', () => {
    const { pod, configMap: copy } = made()
    expect(at(copy, 'data')).toEqual({
      'redis-config.redis.conf': 'port 6379\n',
      'redis-config.maxmemory.conf': 'maxmemory 1gb\n'
    })
    expect(volume(pod, 'config')).toEqual({
      name: 'config',
      configMap: {
        name: 'redis-rehearsal',
        items: [
          { key: 'redis-config.redis.conf', path: 'redis.conf' },
          { key: 'redis-config.maxmemory.conf', path: 'maxmemory.conf' }
        ]
      }
    })
  })

  test('is a throwaway password, also in the URL, and no key that the Secret lacks', () => {
    const { pod, secret: copy } = made()
    expect(at(copy, 'data')).toEqual({
      'redis-credentials.host': base64('redis.team.svc'),
      'redis-credentials.password': base64('throwaway'),
      'redis-credentials.url': base64('redis://:throwaway@redis.team.svc:6379')
    })
    expect(volume(pod, 'credentials')).toMatchObject({
      secret: {
        secretName: 'redis-rehearsal',
        items: [{ key: 'redis-credentials.password', path: 'password' }],
        defaultMode: 0o440
      }
    })
    const [variable] = listAt(listAt(pod, 'spec', 'containers')[1], 'env').slice(1)
    expect(variable).toEqual({
      name: 'REDIS_PASSWORD',
      valueFrom: { secretKeyRef: { name: 'redis-rehearsal', key: 'redis-credentials.password' } }
    })
  })

  test('is read where it is, if this run does not write it', () => {
    const { pod, configMap: copy, secret: other } = made(workload(), [])
    expect([copy, other]).toEqual([undefined, undefined])
    expect(volume(pod, 'config')).toEqual({ name: 'config', configMap: { name: 'redis-config' } })
  })

  test('may be of several objects, in one projected volume', () => {
    const sources = [
      { configMap: { name: 'redis-config', items: [{ key: 'redis.conf', path: 'a.conf' }] } },
      { secret: { name: 'tls' } },
      { configMap: { name: 'elsewhere' } }
    ]
    const { pod, secret: copy } = made(
      workload((spec) => spec.volumes.push({ name: 'all', projected: { sources } })),
      [config, credentials, secret('tls', { 'tls.key': 'a key' })]
    )
    expect(textAt(copy, 'data', 'tls.tls.key')).toBe(base64('a key'))
    expect(volume(pod, 'all')).toEqual({
      name: 'all',
      projected: {
        sources: [
          { configMap: { name: 'redis-rehearsal', items: [{ key: 'redis-config.redis.conf', path: 'a.conf' }] } },
          { secret: { name: 'redis-rehearsal', items: [{ key: 'tls.tls.key', path: 'tls.key' }] } },
          { configMap: { name: 'elsewhere' } }
        ]
      }
    })
  })

  test('may be the environment, with the names of the template', () => {
    const settings = configMap('settings', { A: '1', B: '2' })
    const { pod } = made(
      workload((spec) => {
        const envFrom = [{ prefix: 'X_', configMapRef: { name: 'settings' } }, { secretRef: { name: 'elsewhere' } }]
        Object.assign(spec.containers[0] ?? {}, { envFrom, env: [{ name: 'X_B', value: 'own' }] })
      }),
      [config, credentials, settings]
    )
    expect(listAt(pod, 'spec', 'containers')[0]).toMatchObject({
      envFrom: [{ secretRef: { name: 'elsewhere' } }],
      env: [
        { name: 'X_A', valueFrom: { configMapKeyRef: { name: 'redis-rehearsal', key: 'settings.A' } } },
        { name: 'X_B', value: 'own' }
      ]
    })
  })
})

describe('a template that cannot be tried beside redis-0', () => {
  test.each<[string, Parameters<typeof workload>[0], RegExp]>([
    ['the network of its node', (spec) => Object.assign(spec, { hostNetwork: true }), /hostNetwork/],
    ['a node', (spec) => Object.assign(spec, { nodeName: 'node-1' }), /nodeName/],
    ['devices', (spec) => Object.assign(spec, { resourceClaims: [{ name: 'gpu' }] }), /resourceClaims/],
    [
      'a port of its node',
      (spec) => Object.assign(spec.containers[0] ?? {}, { ports: [{ containerPort: 1, hostPort: 6379 }] }),
      /container redis has hostPort 6379/
    ],
    [
      'another claim',
      (spec) => spec.volumes.push({ name: 'more', persistentVolumeClaim: { claimName: 'more' } }),
      /volume more is not of the pod alone/
    ],
    [
      'a folder of its node that it writes',
      (spec) => {
        spec.volumes.push({ name: 'host', hostPath: { path: '/srv' } })
        Object.assign(spec.containers[0] ?? {}, { volumeMounts: [{ name: 'host', mountPath: '/srv' }] })
      },
      /volume host is not of the pod alone/
    ]
  ])('has %s', (_what, edit, says) => {
    expect(obstacleIn(workload(edit))).toMatch(says)
  })

  test('does not have a folder of its node that it only reads', () => {
    const edit: Parameters<typeof workload>[0] = (spec) => {
      spec.volumes.push({ name: 'host', hostPath: { path: '/etc/ssl' } })
      Object.assign(spec.containers[0] ?? {}, { volumeMounts: [{ name: 'host', mountPath: '/ssl', readOnly: true }] })
    }
    expect(obstacleIn(workload(edit))).toBeUndefined()
    expect(obstacleIn(workload())).toBeUndefined()
  })
})
