import { describe, expect, test } from '@jest/globals'
import { type ManifestDocument, parseManifest } from '../../../../src/core/manifest.ts'
import type { RenderedCache } from '../../../../src/core/rendered-cache/rendered-cache.ts'
import { renderedCache } from '../../../../src/core/rendered-cache/rendered-cache.ts'
import { quantityBytes, redisBytes } from '../../../../src/core/units.ts'
import type { Adjustments } from '../../../../src/phases/render/deps.ts'
import { adjustmentProblems, manifestProblems } from '../../../../src/phases/render/validate.ts'
import fc from '../../../support/fast-check.ts'
import { baseManifest, configMap, documentOf } from '../../document-of.ts'

interface Shape {
  name?: string
  namespace?: string
  replicas?: number
  limit?: string
  maxmemory?: string
  claims?: object[]
  containers?: object[]
}

/** A StatefulSet and its ConfigMap, right in all that the shape does not change. */
function rendered(shape: Shape = {}): ManifestDocument[] {
  const { name = 'redis', namespace, replicas, limit = '512Mi', maxmemory = 'maxmemory 256mb', claims = [] } = shape
  const redis = { name: 'redis', image: 'redis:7', resources: limit === '' ? {} : { limits: { memory: limit } } }
  const statefulSet = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, ...(namespace !== undefined && { namespace }) },
    spec: {
      ...(replicas !== undefined && { replicas }),
      template: { spec: { containers: shape.containers ?? [redis] } },
      volumeClaimTemplates: claims
    }
  }
  return [documentOf(JSON.stringify(statefulSet)), configMap('redis-config', { 'redis.conf': maxmemory })]
}
const problemsOf = (cache: RenderedCache, namespace: string, adjustments: Adjustments) => [
  ...manifestProblems(cache, namespace),
  ...adjustmentProblems(cache, adjustments)
]
const problems = (shape: Shape = {}, adjustments: Adjustments = {}) =>
  problemsOf(renderedCache(rendered(shape)), 'team', adjustments)

describe('valid manifests', () => {
  test('are those of the action', () => {
    expect(problemsOf(renderedCache(parseManifest(baseManifest())), 'hospital-erp-system', {})).toEqual([])
  })

  test.each<[string, Shape]>([
    ['a right StatefulSet', {}],
    ['a namespace that is the wanted one', { namespace: 'team' }],
    ['one replica', { replicas: 1 }],
    ['a limit of exactly twice maxmemory', { limit: '512Mi', maxmemory: 'maxmemory 256mb' }],
    ['a limit in other units', { limit: '0.5Gi', maxmemory: 'maxmemory 256m' }]
  ])('may have this variation: %s', (_, shape) => {
    expect(problems(shape)).toEqual([])
  })

  test('may have no StatefulSet, as for a managed cache', () => {
    expect(problemsOf(renderedCache([configMap('app', { a: 'b' })]), 'team', {})).toEqual([])
  })

  test('may lack the configuration', () => {
    expect(problemsOf(renderedCache(rendered().slice(0, 1)), 'team', {})).toEqual([])
  })
})

describe('invalid manifests', () => {
  test.each<[string, Shape, string]>([
    ['another namespace', { namespace: 'prod' }, 'StatefulSet/redis is in namespace prod, not in team'],
    ['another StatefulSet', { name: 'postgres' }, 'StatefulSet/postgres: the only StatefulSet allowed is redis'],
    ['two replicas', { replicas: 2 }, 'StatefulSet/redis has 2 replicas; this action supports one'],
    ['no replica', { replicas: 0 }, 'StatefulSet/redis has 0 replicas; this action supports one'],
    ['no memory limit', { limit: '' }, 'container redis has no memory limit'],
    ['no container redis', { containers: [{ name: 'cache' }] }, 'StatefulSet redis has no container redis'],
    ['a Redis unit as limit', { limit: '512mb' }, 'container redis: memory limit 512mb is not a quantity'],
    [
      'no maxmemory',
      { maxmemory: 'port 6379' },
      'redis.conf sets no maxmemory, so Redis could grow until the kernel kills it'
    ],
    [
      'a file that is not rendered and may set it',
      { maxmemory: 'include /run/redis/auth.conf\ninclude /etc/sizes/m.conf\ninclude /etc/sizes/*.conf' },
      'no rendered redis.conf file sets maxmemory; it includes /etc/sizes/m.conf and 1 more, ' +
        'which no ConfigMap of the pod has: put maxmemory into ConfigMap redis-config'
    ],
    [
      'maxmemory 0',
      { maxmemory: 'maxmemory 0' },
      'redis.conf sets no maxmemory, so Redis could grow until the kernel kills it'
    ],
    [
      'a Kubernetes unit as maxmemory',
      { maxmemory: 'maxmemory 256Mi' },
      'maxmemory 256Mi is not a Redis size; write 256mb'
    ],
    [
      'a limit below twice maxmemory',
      { limit: '511Mi' },
      'the memory limit 511Mi of container redis is less than twice maxmemory 256mb; ' +
        'set memory-limit to 512Mi or more, or maxmemory to less'
    ]
  ])('are refused: %s', (_, shape, sentence) => {
    expect(problems(shape)).toEqual([sentence])
  })

  test('are refused with every problem named', () => {
    expect(problems({ namespace: 'prod', replicas: 3, limit: '' })).toHaveLength(3)
  })

  test.each([
    ['256mb', '512Mi'],
    ['64mb', '128Mi'],
    ['1gb', '2Gi'],
    ['1536mb', '3Gi']
  ])('are refused for maxmemory %s with the required limit %s', (maxmemory, limit) => {
    expect(problems({ limit: '1Mi', maxmemory: `maxmemory ${maxmemory}` })[0]).toContain(
      `set memory-limit to ${limit} or more`
    )
  })

  test('are refused with a limit that is sufficient, for every maxmemory', () => {
    const size = fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.constantFrom('k', 'kb', 'm', 'mb', 'g', 'gb'))
    fc.assert(
      fc.property(size, ([number, unit]) => {
        const maxmemory = `${number}${unit}`
        const [sentence = ''] = problems({ limit: '1', maxmemory: `maxmemory ${maxmemory}` })
        const limit = /set memory-limit to (.+) or more/.exec(sentence)?.[1] ?? ''
        expect(quantityBytes(limit)).toBeGreaterThanOrEqual(2n * (redisBytes(maxmemory) ?? 0n))
      })
    )
  })
})

test('whatever the objects hold, each problem is a sentence', () => {
  const kind = fc.constantFrom(
    'StatefulSet',
    'Deployment',
    'Pod',
    'CronJob',
    'ConfigMap',
    'NetworkPolicy',
    'Service',
    'Secret'
  )
  const object = fc
    .record({ kind, spec: fc.jsonValue(), data: fc.jsonValue(), status: fc.jsonValue(), stringData: fc.jsonValue() })
    .map((rest) => ({ apiVersion: 'v1', metadata: { name: 'redis', labels: rest.data }, ...rest }))
  const shipped = parseManifest(baseManifest())
  const documents = fc.array(
    fc.oneof(
      object.map((each) => documentOf(JSON.stringify(each))),
      fc.constantFrom(...shipped)
    ),
    { maxLength: 6 }
  )
  fc.assert(
    fc.property(documents, (all) => {
      for (const sentence of manifestProblems(renderedCache(all), 'team')) expect(sentence).toMatch(/^\S.{10,}/)
    })
  )
})

describe('an input without effect is said:', () => {
  const included = 'redis.conf does not include the key'
  test.each([
    [
      { maxmemory: '128mb' },
      `the input maxmemory: 128mb has no effect because ${included} maxmemory.conf of ConfigMap redis-config`
    ],
    [
      { maxmemoryPolicy: 'noeviction' },
      `the input maxmemory-policy: noeviction has no effect because ${included} maxmemory-policy.conf of ConfigMap redis-config`
    ],
    [
      { storageSize: '5Gi' },
      'the input storage-size: 5Gi has no effect because StatefulSet redis has no volumeClaimTemplates to set it in'
    ],
    [
      { storageClass: 'fast' },
      'the input storage-class: fast has no effect because StatefulSet redis has no volumeClaimTemplates to set it in'
    ],
    [
      { exporterImage: 'exporter:1' },
      'the input exporter-image: exporter:1 has no effect because StatefulSet redis has no container metrics'
    ]
  ])('is refused: %j', (adjustments, sentence) => {
    expect(problems({}, adjustments)).toEqual([sentence])
  })

  test('is refused if it is redis-image and no container is called redis', () => {
    expect(problems({ containers: [{ name: 'cache' }] }, { redisImage: 'redis:8' })).toContain(
      'the input redis-image: redis:8 has no effect because StatefulSet redis has no container redis'
    )
  })

  test('is refused if there is no StatefulSet redis', () => {
    const adjustments = { maxmemory: '1gb', memoryLimit: '2Gi', storageSize: '5Gi', exporterImage: 'exporter:1' }
    const said = adjustmentProblems(renderedCache([]), adjustments)
    expect(said).toHaveLength(4)
    for (const sentence of said) expect(sentence).toContain('because these manifests have no StatefulSet redis')
  })

  test('is not reported if the input has its effect', () => {
    const storage = {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'fast',
      resources: { requests: { storage: '5Gi' } }
    }
    const shape = { claims: [{ metadata: { name: 'data' }, spec: storage }] }
    const adjustments = {
      maxmemory: '256mb',
      memoryLimit: '512Mi',
      storageSize: '5Gi',
      storageClass: 'fast',
      redisImage: 'redis:7'
    }
    expect(problems(shape, adjustments)).toEqual([])
  })
})
