import { describe, expect, test } from '@jest/globals'
import { overlay } from '../../../../src/phases/render/overlay.ts'

const build = (adjustments: Parameters<typeof overlay>[2] = {}) => overlay('../base', 'team-1', adjustments)

describe('the overlay', () => {
  test('only sets the namespace without adjustments', () => {
    expect(build()).toEqual({
      'kustomization.yaml': {
        apiVersion: 'kustomize.config.k8s.io/v1beta1',
        kind: 'Kustomization',
        namespace: 'team-1',
        resources: ['../base'],
        patches: []
      }
    })
  })

  test('lists a file for each adjustment', () => {
    const files = build({ maxmemory: '1gb', storageSize: '5Gi', redisImage: 'redis:7' })
    expect(Object.keys(files).toSorted()).toEqual([
      'kustomization.yaml',
      'maxmemory.yaml',
      'redis-image.yaml',
      'storage-size.yaml'
    ])
    expect(files['kustomization.yaml']).toMatchObject({
      patches: [
        { path: 'maxmemory.yaml', target: { kind: 'ConfigMap', name: 'redis-config' } },
        { path: 'storage-size.yaml', target: { kind: 'StatefulSet', name: 'redis' } },
        { path: 'redis-image.yaml', target: { kind: 'StatefulSet', name: 'redis' } }
      ]
    })
  })
})

const config = (directive: string, value: string) => [
  { op: 'add', path: `/data/${directive}.conf`, value: `${directive} ${value}\n` }
]
const container = (fields: object) => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'redis' },
  spec: { template: { spec: { containers: [fields] } } }
})
const claim = '/spec/volumeClaimTemplates/0/spec'

describe('the patch of an input', () => {
  test.each([
    {
      input: 'maxmemory',
      adjustments: { maxmemory: '1gb' },
      effect: 'replaces the key that redis.conf includes',
      patch: config('maxmemory', '1gb')
    },
    {
      input: 'maxmemory-policy',
      adjustments: { maxmemoryPolicy: 'noeviction' },
      effect: 'replaces the key that redis.conf includes',
      patch: config('maxmemory-policy', 'noeviction')
    },
    {
      input: 'memory-limit',
      adjustments: { memoryLimit: '1Gi' },
      effect: 'sets request and limit alike',
      patch: container({ name: 'redis', resources: { requests: { memory: '1Gi' }, limits: { memory: '1Gi' } } })
    },
    {
      input: 'redis-image',
      adjustments: { redisImage: 'redis:7' },
      effect: 'sets the image of the container redis',
      patch: container({ name: 'redis', image: 'redis:7' })
    },
    {
      input: 'exporter-image',
      adjustments: { exporterImage: 'exporter:1' },
      effect: 'sets the image of the container metrics',
      patch: container({ name: 'metrics', image: 'exporter:1' })
    },
    {
      input: 'storage-size',
      adjustments: { storageSize: '5Gi' },
      effect: 'replaces one field of the claim',
      patch: [{ op: 'replace', path: `${claim}/resources/requests/storage`, value: '5Gi' }]
    },
    {
      input: 'storage-class',
      adjustments: { storageClass: 'fast' },
      effect: 'adds a field to the claim',
      patch: [{ op: 'add', path: `${claim}/storageClassName`, value: 'fast' }]
    },
    {
      input: 'secret-store',
      adjustments: { secretStore: { kind: 'SecretStore', name: 'clinic' } as const },
      effect: 'sets where the ExternalSecret gets its values from',
      patch: [{ op: 'add', path: '/spec/secretStoreRef', value: { kind: 'SecretStore', name: 'clinic' } }]
    },
    {
      input: 'remote-secret',
      adjustments: { remoteSecret: 'clinic/cache' },
      effect: 'sets the secret of each of the four fields',
      patch: [0, 1, 2, 3].map((index) => ({
        op: 'replace',
        path: `/spec/data/${index}/remoteRef/key`,
        value: 'clinic/cache'
      }))
    }
  ])('of $input $effect', ({ input, adjustments, patch }) => {
    const { 'kustomization.yaml': kustomization, ...files } = build(adjustments)
    expect(files).toEqual({ [`${input}.yaml`]: patch })
    expect(kustomization).toMatchObject({ patches: [{ path: `${input}.yaml` }] })
  })
})
