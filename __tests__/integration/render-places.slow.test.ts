import { describe, expect, test } from '@jest/globals'
import type { Adjustments } from '../../src/phases/render/deps.ts'
import { grounds } from './hostile.ts'
import { failureOf } from './outcome.ts'
import { rendering } from './rendering.ts'

interface Shape {
  containers?: object[]
  claims?: object[]
  data?: object
}

/** A Redis of the user's own, with what the shape says. */
function ownRedis({ containers = [redis()], claims = [], data = config }: Shape) {
  const template = { metadata: { labels: { app: 'redis' } }, spec: { containers } }
  return [
    { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec: { template, volumeClaimTemplates: claims } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'redis-config' }, data }
  ]
}

const metadata = { name: 'redis' }
const config = { 'redis.conf': 'maxmemory 100mb\n' }
const redis = (fields: object = { command: ['redis-server'] }) => ({
  name: 'redis',
  image: 'redis:7',
  resources: { requests: { memory: '1Gi' }, limits: { memory: '1Gi' } },
  ...fields
})
const externalSecret = (name: string, spec: object) => ({
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  metadata: { name },
  spec: { secretStoreRef: { name: 'aws' }, target: { name: 'redis-credentials' }, ...spec }
})
const fields = (count: number) => ({
  data: Array.from({ length: count }, (_, index) => ({ secretKey: `k${index}`, remoteRef: { key: 'old' } }))
})

async function rendered(objects: object[], adjustments: Adjustments) {
  await using place = await grounds({
    'deploy/kustomization.yaml': { resources: objects.map((_, index) => `${index}.json`) },
    ...Object.fromEntries(objects.map((object, index) => [`deploy/${index}.json`, object]))
  })
  return await rendering({ manifests: 'deploy', adjustments }, { workspace: place.workspace })
}

describe('an input without a target in the manifests', () => {
  const items = 'items in spec.data, not one for each of host, port, password, url'

  test.each<[string, object[], Adjustments, string]>([
    [
      'an exporter that is not there is not added',
      ownRedis({}),
      { exporterImage: 'exporter:1' },
      'exporter-image: exporter:1 has no effect because StatefulSet redis has no container metrics'
    ],
    [
      'nor is a second Redis',
      ownRedis({ containers: [{ ...redis(), name: 'server' }] }),
      { memoryLimit: '1Gi', redisImage: 'redis:8' },
      'memory-limit: 1Gi has no effect because StatefulSet redis has no container redis. ' +
        'the input redis-image: redis:8 has no effect because StatefulSet redis has no container redis'
    ],
    [
      'nor is an image alone',
      ownRedis({ containers: [{ ...redis(), name: 'server' }] }),
      { redisImage: 'redis:8' },
      'redis-image: redis:8 has no effect because StatefulSet redis has no container redis'
    ],
    [
      'a size, without claims',
      ownRedis({}),
      { storageSize: '5Gi' },
      'storage-size: 5Gi has no effect because StatefulSet redis has no volumeClaimTemplates to set it in'
    ],
    [
      'a size, where the claim has none',
      ownRedis({ claims: [{ metadata, spec: { accessModes: ['ReadWriteOnce'] } }] }),
      { storageSize: '5Gi' },
      'storage-size: 5Gi has no effect because the first of the volumeClaimTemplates of StatefulSet redis requests no storage'
    ],
    [
      'a class, without claims',
      ownRedis({}),
      { storageClass: 'fast' },
      'storage-class: fast has no effect because StatefulSet redis has no volumeClaimTemplates to set it in'
    ],
    [
      'maxmemory, where the ConfigMap has no data',
      [...ownRedis({}).slice(0, 1), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'redis-config' } }],
      { maxmemory: '100mb' },
      'maxmemory: 100mb has no effect because these manifests have no ConfigMap redis-config with data'
    ],
    [
      'a secret, where all of it is taken',
      [externalSecret('redis-credentials', { dataFrom: [{ extract: { key: 'old' } }] })],
      { remoteSecret: 'x/y' },
      `remote-secret: x/y has no effect because ExternalSecret redis-credentials has 0 ${items}`
    ],
    [
      'a secret with a fifth field',
      [externalSecret('redis-credentials', fields(5))],
      { remoteSecret: 'x/y' },
      `remote-secret: x/y has no effect because ExternalSecret redis-credentials has 5 ${items}`
    ],
    [
      'a secret, where the ExternalSecret has another name',
      [externalSecret('cache', fields(4))],
      { remoteSecret: 'x/y' },
      'remote-secret: x/y has no effect because ExternalSecret cache is not called redis-credentials'
    ]
  ])('is refused: %s', async (_, objects, adjustments, sentence) => {
    expect(await failureOf(rendered(objects, adjustments))).toMatchObject({
      code: 'invalid-input',
      message: `the input ${sentence}`,
      hint: 'correct the inputs under `with:`, or the manifests'
    })
  })
})

describe('an input with a target', () => {
  test('may find a container with no other fields', async () => {
    const containers = [redis({})]
    const adjustments = { redisImage: 'redis:8', memoryLimit: '2Gi' }
    const { documents } = await rendered(ownRedis({ containers }), adjustments)
    expect(documents.find(({ object }) => object.kind === 'StatefulSet')?.object['spec']).toMatchObject({
      template: {
        spec: { containers: [{ name: 'redis', image: 'redis:8', resources: { limits: { memory: '2Gi' } } }] }
      }
    })
  })

  test('is not blamed for other errors', async () => {
    const broken = { apiVersion: 'v1', kind: 'ConfigMap' }
    const failure = await failureOf(rendered([...ownRedis({}), broken], { storageSize: '5Gi' }))
    expect(failure).toMatchObject({ code: 'render-failed', message: expect.stringContaining('2.json') })
  })
})

test('is found for maxmemory in a generated ConfigMap, even where a container has only an image', async () => {
  const [set] = ownRedis({ containers: [redis(), { name: 'metrics', image: 'exporter:1' }] })
  await using place = await grounds({
    'deploy/kustomization.yaml': {
      resources: ['set.json'],
      configMapGenerator: [{ name: 'redis-config', files: ['redis.conf', 'maxmemory.conf'] }]
    },
    'deploy/set.json': set ?? {},
    'deploy/redis.conf': 'include /etc/redis/maxmemory.conf\n',
    'deploy/maxmemory.conf': 'maxmemory 100mb\n'
  })
  const adjustments = { maxmemory: '200mb', exporterImage: 'exporter:2' }
  const { documents } = await rendering({ manifests: 'deploy', adjustments }, { workspace: place.workspace })
  const text = documents.map(({ source }) => source).join('\n')
  expect(text).toContain('maxmemory 200mb')
  expect(text).toContain('exporter:2')
})
