import { describe, expect, test } from '@jest/globals'
import { readRenderInputs } from '../../../../src/steps/inputs/render.ts'
import fc from '../../../support/fast-check.ts'
import { endsOrFails, failureOf } from '../../failure-of.ts'

const defaults = { environment: 'staging', namespace: 'hospital-erp-system', 'allow-remote-bases': 'false' }
const read = (inputs: Record<string, string> = {}) => {
  const given: Record<string, string> = { ...defaults, ...inputs }
  return readRenderInputs((name) => given[name] ?? '')
}
const digest = `sha256:${'0123456789abcdef'.repeat(4)}`

describe('the inputs of the render step', () => {
  test('leave the manifests unchanged if they are not set', () => {
    const { environment, namespace } = defaults
    expect(read()).toEqual({ environment, namespace, manifests: undefined, allowRemoteBases: false, adjustments: {} })
  })

  test('allow remote bases only with the flag', () => {
    expect(read({ 'allow-remote-bases': 'true' }).allowRemoteBases).toBe(true)
    const message = 'allow-remote-bases is "yes", but must be "true" or "false"'
    expect(failureOf(() => read({ 'allow-remote-bases': 'yes' }))).toMatchObject({ code: 'invalid-input', message })
  })

  test('become adjustments as written', () => {
    const inputs = {
      maxmemory: '256mb',
      'maxmemory-policy': 'volatile-lru',
      'memory-limit': '512Mi',
      'storage-size': '5Gi',
      'storage-class': 'fast-ssd',
      'redis-image': 'registry.example:5000/redis:7.2',
      'exporter-image': `exporter@${digest}`
    }
    expect(read(inputs).adjustments).toEqual({
      maxmemory: '256mb',
      maxmemoryPolicy: 'volatile-lru',
      memoryLimit: '512Mi',
      storageSize: '5Gi',
      storageClass: 'fast-ssd',
      redisImage: 'registry.example:5000/redis:7.2',
      exporterImage: `exporter@${digest}`
    })
  })

  test.each([
    ['environment', ['development', 'staging', 'production']],
    ['namespace', ['a', 'team-1', '0', 'x'.repeat(63)]],
    ['maxmemory', ['256mb', '1GB', '268435456', '100k']],
    [
      'maxmemory-policy',
      ['noeviction', 'allkeys-lru', 'allkeys-lfu', 'allkeys-random', 'volatile-lfu', 'volatile-ttl']
    ],
    ['memory-limit', ['512Mi', '1.5Gi', '1e9', '536870912']],
    ['storage-size', ['5Gi', '500M']],
    ['storage-class', ['standard', 'gp3', 'my.class-1']],
    ['redis-image', ['redis:7', 'docker.io/library/redis:7.2.16-alpine', `redis@${digest}`, `redis:7.2@${digest}`]],
    ['exporter-image', ['localhost:5000/a/b_c/exporter:v1.88.0']],
    ['secret-store', ['aws-secrets-manager', 'SecretStore/clinic', 'ClusterSecretStore/a.b']],
    ['remote-secret', ['hospital-erp/redis', 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:a/b-AbCdEf']]
  ])('accept for %s the values %j', (name, values) => {
    for (const value of values) expect(() => read({ [name]: value })).not.toThrow()
  })

  test.each([
    ['environment', '', 'environment is required'],
    ['environment', 'prod', 'environment is "prod", but must be development, staging or production'],
    [
      'namespace',
      '',
      'namespace is empty, but must be a namespace name (up to 63 lower-case letters, digits and dashes)'
    ],
    ['namespace', 'Team', 'must be a namespace name'],
    ['namespace', '-a', 'must be a namespace name'],
    ['namespace', 'a.b', 'must be a namespace name'],
    ['namespace', '../a', 'must be a namespace name'],
    ['namespace', 'x'.repeat(64), 'must be a namespace name'],
    ['maxmemory', '256Mi', 'maxmemory is "256Mi", but must be a Redis size such as 256mb'],
    ['maxmemory', '1Gi', 'must be a Redis size such as 1gb'],
    ['maxmemory', '1.5gb', 'must be a Redis size such as 256mb'],
    ['maxmemory', '0', 'must be a Redis size such as 256mb'],
    ['maxmemory-policy', 'lru', 'must be noeviction, allkeys-lru, allkeys-lfu'],
    ['memory-limit', '512mb', 'memory-limit is "512mb", but must be a Kubernetes quantity such as 512Mi'],
    ['memory-limit', '2gb', 'must be a Kubernetes quantity such as 2Gi'],
    ['memory-limit', '0', 'must be a Kubernetes quantity such as 512Mi'],
    ['memory-limit', 'much', 'must be a Kubernetes quantity such as 512Mi'],
    ['storage-size', '5gb', 'storage-size is "5gb", but must be a Kubernetes quantity such as 5Gi'],
    ['storage-size', '0Gi', 'must be a Kubernetes quantity such as 5Gi'],
    ['storage-class', 'Fast SSD', 'must be the name of a StorageClass'],
    ['redis-image', 'redis', 'redis-image is "redis", but must be an image with a tag or a digest'],
    ['redis-image', 'localhost:5000/redis', 'must be an image with a tag or a digest'],
    ['redis-image', 'redis:', 'must be an image with a tag or a digest'],
    ['redis-image', 'redis@sha256:123', 'must be an image with a tag or a digest'],
    ['redis-image', 'redis:7 --privileged', 'must be an image with a tag or a digest'],
    ['exporter-image', 'exporter:v1\nimage: x', 'must be an image with a tag or a digest'],
    ['secret-store', 'Vault/clinic', 'must be the name of a ClusterSecretStore, or SecretStore/NAME'],
    ['secret-store', 'SecretStore/', 'must be the name of a ClusterSecretStore, or SecretStore/NAME'],
    ['secret-store', 'My Store', 'must be the name of a ClusterSecretStore, or SecretStore/NAME'],
    ['remote-secret', 'a secret', 'must be the name or the ARN of a secret in AWS Secrets Manager']
  ])('refuse for %s the value %j: %s', (name, value, words) => {
    const failure = failureOf(() => read({ [name]: value }))
    expect(failure.code).toBe('invalid-input')
    expect(failure.message).toContain(words)
  })

  test('are all named at once if invalid', () => {
    const { message } = failureOf(() => read({ environment: 'prod', namespace: 'A', maxmemory: '1Gi' }))
    expect(message.split('. ').map((problem) => problem.split(' is ')[0])).toEqual([
      'environment',
      'namespace',
      'maxmemory'
    ])
  })
})

describe('the inputs with custom manifests', () => {
  test('accept any name as environment', () => {
    expect(read({ manifests: 'deploy/qa', environment: 'qa-2' })).toMatchObject({
      manifests: 'deploy/qa',
      environment: 'qa-2'
    })
  })

  test.each(['QA', 'a/b', '../a', 'a b'])('refuse %j as environment', (environment) => {
    const { message } = failureOf(() => read({ manifests: 'deploy', environment }))
    expect(message).toContain('must be a name of lower-case letters, digits and dashes')
  })
})

test('are read or refused with a Failure, whatever they are', () => {
  const names = ['environment', 'manifests', 'namespace', 'maxmemory', 'memory-limit', 'storage-class', 'redis-image']
  const inputs = fc.dictionary(fc.constantFrom(...names), fc.string(), { noNullPrototype: true })
  fc.assert(fc.property(inputs, (given) => endsOrFails(() => read(given))))
})
