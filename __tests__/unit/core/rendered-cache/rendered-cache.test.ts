import { describe, expect, test } from '@jest/globals'
import { parseManifest } from '../../../../src/core/manifest.ts'
import {
  type RenderedCache,
  renderedCache,
  selectingLabels
} from '../../../../src/core/rendered-cache/rendered-cache.ts'
import { outlivesPod } from '../../../../src/core/rendered-cache/storage.ts'
import { baseManifest, documentOf, editedManifest } from '../../document-of.ts'

const shipped = renderedCache(parseManifest(baseManifest()))
/** The shipped manifests after an edit of their text. */
const edited = (from: string, to: string) => renderedCache(editedManifest([from, to]))

describe('the shipped manifests', () => {
  test('are a self-hosted cache with two containers', () => {
    expect(shipped.topology).toBe('self-hosted')
    expect(shipped.redis?.container).toMatchObject({
      name: 'redis',
      ports: [{ name: 'redis', number: 6379 }],
      memoryLimit: '512Mi'
    })
    expect(shipped.redis?.exporter).toMatchObject({ name: 'metrics', ports: [{ name: 'metrics', number: 9121 }] })
  })

  test('have two Services that lead to port 6379 of Redis', () => {
    expect(shipped.services).toEqual(
      ['redis', 'redis-headless'].map((name) => ({
        name,
        type: 'ClusterIP',
        isHeadless: name === 'redis-headless',
        ports: [{ port: 6379, target: 'redis', podPort: 6379 }],
        selector: { 'app.kubernetes.io/name': 'redis' },
        selectsRedis: true
      }))
    )
  })

  test('have a NetworkPolicy that admits backends to 6379 and Prometheus to 9121', () => {
    expect(shipped.networkPolicies).toMatchObject([
      {
        id: 'NetworkPolicy/redis',
        selectsRedis: true,
        limitsIngress: true,
        limitsEgress: false,
        admits: [
          {
            peer: { podSelector: { matchLabels: { 'app.kubernetes.io/component': 'backend' } } },
            port: { port: 6379 }
          },
          { peer: { podSelector: { matchLabels: { 'app.kubernetes.io/name': 'prometheus' } } }, port: { port: 9121 } }
        ]
      }
    ])
  })

  test('keep the data directory on the claim', () => {
    expect(shipped.redis?.storage.dataDirectory).toEqual({
      known: true,
      value: { path: '/data', mount: { path: '/data', volume: 'persistentVolumeClaim', claim: 'data' } }
    })
  })

  test('read the password from a file of redis-credentials', () => {
    expect(shipped.redis?.password).toEqual({
      known: true,
      value: { kind: 'secret', secret: 'redis-credentials', key: 'password', as: 'file' }
    })
  })
})

describe('a Service that does not lead to Redis', () => {
  test.each([
    [
      'selects other labels',
      '  selector:\n    app.kubernetes.io/name: redis\n',
      '  selector:\n    app: other\n',
      { selectsRedis: false }
    ],
    ['has no selector', '  selector:\n    app.kubernetes.io/name: redis\n', '', { selectsRedis: false }],
    [
      'names a port that no container has',
      'targetPort: redis',
      'targetPort: cache',
      { ports: [{ port: 6379, target: 'cache', podPort: undefined }] }
    ],
    [
      'leads to another number',
      'targetPort: redis',
      'targetPort: 6380',
      { ports: [{ port: 6379, target: 6380, podPort: 6380 }] }
    ]
  ])('%s', (_, from, to, service) => {
    expect(edited(from, to).services[0]).toMatchObject(service)
  })
})

describe('the data directory', () => {
  test('is on no claim where redis.conf moves it', () => {
    expect(edited('dir /data', 'dir /tmp').redis?.storage.dataDirectory).toEqual({
      known: true,
      value: { path: '/tmp', mount: undefined }
    })
  })

  test('is on a claim that is mounted above it', () => {
    expect(edited('dir /data', 'dir /data/redis').redis?.storage.dataDirectory).toMatchObject({
      value: { path: '/data/redis', mount: { claim: 'data' } }
    })
  })

  test('names the volume type where it is not on a claim', () => {
    const cache = edited('- name: data\n              mountPath: /data', '- name: run\n              mountPath: /data')
    expect(cache.redis?.storage.dataDirectory).toMatchObject({
      value: { mount: { volume: 'emptyDir', claim: undefined } }
    })
  })

  test('is unknown where the configuration is unknown', () => {
    expect(edited('/etc/redis/redis.conf', '/etc/other/redis.conf').redis?.storage.dataDirectory).toEqual({
      known: false,
      because: '/etc/other/redis.conf is in no ConfigMap that container redis mounts'
    })
  })
})

describe('whether the volume of the data directory outlives the pod', () => {
  const isLasting = (cache: RenderedCache) => cache.redis && outlivesPod(cache.redis.storage)

  test('is true for the claim of the shipped manifests', () => {
    expect(isLasting(shipped)).toBe(true)
  })

  test.each([
    ['a directory beside the claim', 'dir /data', 'dir /tmp'],
    ['an emptyDir, although a claim is mounted elsewhere', 'dir /data', 'dir /run/redis'],
    ['a claim that is not mounted', '            - name: data\n              mountPath: /data\n', '']
  ])('is false for %s', (_, from, to) => {
    expect(isLasting(edited(from, to))).toBe(false)
  })

  test('is true for any claim where the data directory is unknown', () => {
    expect(isLasting(edited('redis-server /etc/redis/redis.conf', 'redis-server /etc/other.conf'))).toBe(true)
  })
})

describe('the source of the password', () => {
  const container = (spec: string) =>
    renderedCache([
      documentOf(`{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: redis}, spec: {template: {spec: ${spec}}}}`)
    ]).redis?.password

  test.each([
    [
      'a variable',
      '{containers: [{name: redis, env: [{name: P, valueFrom: {secretKeyRef: {name: s, key: k}}}]}]}',
      { known: true, value: { kind: 'secret', secret: 's', key: 'k', as: 'variable' } }
    ],
    [
      'all keys of a Secret as variables',
      '{containers: [{name: redis, envFrom: [{secretRef: {name: s}}]}]}',
      { known: true, value: { kind: 'whole-secret', secret: 's', as: 'variable' } }
    ],
    [
      'a mounted Secret',
      '{containers: [{name: redis, volumeMounts: [{name: v, mountPath: /s}]}], volumes: [{name: v, secret: {secretName: s}}]}',
      { known: true, value: { kind: 'whole-secret', secret: 's', as: 'file' } }
    ],
    [
      'redis-credentials, of several',
      '{containers: [{name: redis, envFrom: [{secretRef: {name: s}}, {secretRef: {name: redis-credentials}}]}]}',
      { known: true, value: { kind: 'whole-secret', secret: 'redis-credentials', as: 'variable' } }
    ],
    [
      'the arguments',
      '{containers: [{name: redis, args: [--requirepass, x]}]}',
      { known: true, value: { kind: 'configuration' } }
    ],
    [
      'nowhere that can be seen',
      '{containers: [{name: redis}], volumes: [{name: v, secret: {secretName: s}}]}',
      { known: false, because: 'container redis reads no Secret' }
    ]
  ])('is found for %s', (_, spec, source) => {
    expect(container(spec)).toEqual(source)
  })
})

test('keeps a memory limit as written, and allows none', () => {
  expect(edited('memory: 512Mi', 'memory: 536870912').redis?.container?.memoryLimit).toBe('536870912')
  expect(edited('            limits:\n', '            others:\n').redis?.container?.memoryLimit).toBeUndefined()
})

test('takes a cache without a StatefulSet named redis for a managed one', () => {
  const cache = edited('kind: StatefulSet', 'kind: Deployment')
  expect(cache).toMatchObject({ topology: 'managed', redis: undefined })
  expect(cache.services.map(({ selectsRedis }) => selectsRedis)).toEqual([false, false])
})

test('the labels by which Services and policies select the pod are those of their selectors', () => {
  expect(selectingLabels(shipped)).toEqual(['app.kubernetes.io/name'])
  const [policy] = shipped.networkPolicies
  if (policy === undefined) throw new Error('no policy is rendered')
  const podSelector = { matchExpressions: [{ key: 'tier', operator: 'Exists' }] }
  expect(selectingLabels({ ...shipped, services: [], networkPolicies: [{ ...policy, podSelector }] })).toEqual(['tier'])
  const other = { ...policy, selectsRedis: false }
  expect(selectingLabels({ ...shipped, services: [], networkPolicies: [other] })).toEqual([])
})
