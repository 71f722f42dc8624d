import { describe, expect, test } from '@jest/globals'
import type { ManifestDocument } from '../../../../src/core/manifest.ts'
import { renderedCache } from '../../../../src/core/rendered-cache/rendered-cache.ts'
import { readDeployInputs } from '../../../../src/steps/inputs/deploy.ts'
import { refuseInputsWithoutEffect } from '../../../../src/steps/inputs/unused.ts'
import { documentOf } from '../../document-of.ts'
import { failureOf } from '../../failure-of.ts'

const defaults = {
  'dry-run': 'none',
  namespace: 'team',
  'create-namespace': 'false',
  timeout: '5m',
  'memory-threshold': '90',
  'force-conflicts': 'false',
  recover: 'delete-stuck-pod',
  rehearse: 'true'
}
const read = (inputs: Record<string, string> = {}) => {
  const given: Record<string, string> = { ...defaults, ...inputs }
  return readDeployInputs((name) => given[name] ?? '')
}

test('reads the defaults of the action', () => {
  expect(read()).toEqual({
    dryRun: 'none',
    namespace: 'team',
    createNamespace: false,
    kubeconfig: undefined,
    context: undefined,
    redisPassword: undefined,
    forceConflicts: false,
    recover: 'delete-stuck-pod',
    rehearse: true,
    acceptDataLoss: new Set(),
    timeoutMilliseconds: 300_000,
    memoryThresholdPercent: 90,
    redisImage: undefined,
    probeFrom: undefined,
    maxmemoryPolicy: undefined,
    replicationGroup: undefined,
    relaxed: new Set(),
    awsRegion: undefined
  })
})

test('reads every input', () => {
  const inputs = {
    'dry-run': 'server',
    'create-namespace': 'true',
    kubeconfig: 'apiVersion: v1\nkind: Config',
    context: 'staging',
    'redis-password': 'pä ss"wort\'#1',
    timeout: '1m30s',
    'memory-threshold': '75.5',
    'force-conflicts': 'true',
    recover: 'none',
    rehearse: 'false',
    'accept-data-loss': 'claim, maxmemory',
    'redis-image': 'redis:7.2',
    'probe-from': 'runner',
    'maxmemory-policy': 'volatile-lru',
    'elasticache-replication-group': 'hospital-erp',
    'elasticache-relax': 'multi-az, backups',
    'aws-region': 'eu-central-1'
  }
  expect(read(inputs)).toEqual({
    dryRun: 'server',
    namespace: 'team',
    createNamespace: true,
    kubeconfig: 'apiVersion: v1\nkind: Config',
    context: 'staging',
    redisPassword: 'pä ss"wort\'#1',
    forceConflicts: true,
    recover: 'none',
    rehearse: false,
    acceptDataLoss: new Set(['claim', 'maxmemory']),
    timeoutMilliseconds: 90_000,
    memoryThresholdPercent: 75.5,
    redisImage: 'redis:7.2',
    probeFrom: 'runner',
    maxmemoryPolicy: 'volatile-lru',
    replicationGroup: 'hospital-erp',
    relaxed: new Set(['multi-az', 'backups']),
    awsRegion: 'eu-central-1'
  })
})

describe('an invalid input', () => {
  test.each([
    ['namespace', '', 'namespace is required'],
    ['create-namespace', 'yes', 'create-namespace is "yes", but must be "true" or "false"'],
    ['recover', 'delete', 'recover is "delete", but must be delete-stuck-pod or none'],
    ['accept-data-loss', 'claim,all', 'accept-data-loss is "all", but must be a list of maxmemory, persistence, claim'],
    ['recover', '', 'recover is empty, but must be delete-stuck-pod or none'],
    ['rehearse', 'no', 'rehearse is "no", but must be "true" or "false"'],
    ['force-conflicts', '', 'force-conflicts is empty, but must be "true" or "false"'],
    ['timeout', '300', 'timeout is "300", but must be a duration such as 5m or 90s'],
    ['timeout', '0s', 'timeout is "0s", but must be a duration such as 5m or 90s'],
    ['memory-threshold', '0', 'memory-threshold is "0", but must be a percentage from 1 to 100'],
    ['memory-threshold', '101', 'memory-threshold is "101", but must be a percentage from 1 to 100'],
    ['memory-threshold', '100.1', 'memory-threshold is "100.1", but must be a percentage from 1 to 100'],
    ['memory-threshold', '90%', 'memory-threshold is "90%", but must be a percentage from 1 to 100'],
    ['dry-run', 'true', 'dry-run is "true", but must be none, server or client'],
    ['probe-from', 'moon', 'probe-from is "moon", but must be cluster, runner or none'],
    ['aws-region', 'Frankfurt', 'aws-region is "Frankfurt", but must be a region such as eu-central-1'],
    ['aws-region', 'eu-central', 'aws-region is "eu-central", but must be a region such as eu-central-1'],
    ['memory-threshold', '1e1', 'memory-threshold is "1e1", but must be a percentage from 1 to 100']
  ])('is refused: %s %j', (name, value, sentence) => {
    expect(failureOf(() => read({ [name]: value }))).toMatchObject({ code: 'invalid-input', message: sentence })
  })

  test.each([['a--b'], ['1st'], ['a-'], [`a${'b'.repeat(40)}`]])(
    'is refused: elasticache-replication-group %j',
    (value) => {
      expect(failureOf(() => read({ 'elasticache-replication-group': value })).message).toBe(
        `elasticache-replication-group is "${value}", but must be the ID of a replication group (up to 40 letters, ` +
          'digits and single dashes)'
      )
    }
  )

  test('is refused if elasticache-relax names an unknown requirement', () => {
    expect(failureOf(() => read({ 'elasticache-relax': 'multi-az,backup' })).message).toContain(
      'elasticache-relax is "multi-az,backup", but must be a comma-separated list of status, multi-az, '
    )
  })

  test.each([['two\nlines'], ['two\rlines'], ['a null\0byte'], [' before'], ['behind\t'], ['a line\n'], [' ']])(
    'is refused without showing it, if it is a password of several lines or with white space around it',
    (password) => {
      const { message } = failureOf(() => read({ 'redis-password': password }))
      expect(message).toBe('redis-password must be one line of text, without white space or a line break around it')
    }
  )

  test('is reported together with all others', () => {
    const { message } = failureOf(() => read({ timeout: 'soon', 'memory-threshold': 'half', 'create-namespace': '1' }))
    expect(message.match(/must be/g)).toHaveLength(3)
  })
})

test.each(['1', '100', '100.0', '99.9'])('accepts a threshold of %s percent', (percent) => {
  expect(read({ 'memory-threshold': percent }).memoryThresholdPercent).toBe(Number(percent))
})

test.each(['eu-central-1', 'ap-southeast-2', 'us-gov-west-1', 'cn-north-1', 'us-iso-east-1', 'eusc-de-east-1'])(
  'accepts the region %s',
  (region) => {
    expect(read({ 'aws-region': region }).awsRegion).toBe(region)
  }
)

describe('an input without effect', () => {
  const refused = (
    inputs: Record<string, string>,
    topology: 'managed' | 'self-hosted',
    documents: readonly ManifestDocument[] = []
  ) =>
    failureOf(() =>
      refuseInputsWithoutEffect(read(inputs), {
        topology,
        credentialsSecret: renderedCache(documents).credentialsSecret
      })
    )
  const accept = (inputs: Record<string, string>, topology: 'managed' | 'self-hosted') =>
    expect(() => refuseInputsWithoutEffect(read(inputs), { topology, credentialsSecret: undefined })).not.toThrow()

  test('is refused if it is a password for a cache whose password comes from AWS', () => {
    expect(refused({ 'redis-password': 'some-password' }, 'managed')).toMatchObject({
      code: 'invalid-input',
      message: 'the input redis-password would have no effect: these manifests have no StatefulSet redis'
    })
  })

  test('is refused if it is an AWS setting for a Redis in the cluster', () => {
    const inputs = { 'elasticache-replication-group': 'a', 'elasticache-relax': 'backups', 'aws-region': 'eu-west-1' }
    expect(refused(inputs, 'self-hosted').message).toBe(
      'the input elasticache-replication-group and the input elasticache-relax and the input aws-region would have no ' +
        'effect: StatefulSet redis in these manifests runs in the cluster, not in AWS'
    )
  })

  test('is refused if it is an image where no pod probes the cache', () => {
    expect(refused({ 'redis-image': 'redis:7', 'probe-from': 'runner' }, 'managed')).toMatchObject({
      message:
        'the input redis-image would have no effect: these manifests have no StatefulSet redis, and with probe-from: ' +
        'runner no pod probes the cache',
      hint: 'remove it under `with:` in the workflow, or set probe-from: cluster'
    })
    accept({ 'redis-image': 'redis:7' }, 'managed')
  })

  test('is refused if it is an ElastiCache setting without a replication group, as an unset variable would cause', () => {
    const inputs = { 'elasticache-relax': 'multi-az', 'aws-region': 'eu-central-1' }
    accept({ 'aws-region': 'eu-central-1' }, 'managed')
    expect(refused({ ...inputs, 'elasticache-replication-group': '' }, 'managed')).toMatchObject({
      code: 'invalid-input',
      message:
        'the input elasticache-relax would have no effect: elasticache-replication-group is not set, so no ElastiCache ' +
        'settings are verified',
      hint: 'remove it under `with:` in the workflow, or set elasticache-replication-group'
    })
  })

  test('is refused if it is a required policy where the cache is not probed', () => {
    expect(refused({ 'maxmemory-policy': 'allkeys-lru', 'probe-from': 'none' }, 'managed')).toMatchObject({
      message:
        'the input maxmemory-policy would have no effect: these manifests have no StatefulSet redis, and with ' +
        'probe-from: none the cache is not probed',
      hint: 'remove it under `with:` in the workflow, or set another probe-from'
    })
    // A verification asks no managed cache unless it is told to, and gets the inputs of the deployment.
    accept({ 'maxmemory-policy': 'allkeys-lru' }, 'managed')
    accept({ 'maxmemory-policy': 'allkeys-lru', 'probe-from': 'none' }, 'self-hosted')
  })

  test('is refused if it is a password where the manifests contain the Secret', () => {
    const metadata = { name: 'redis-credentials' }
    const secret = documentOf(JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata }))
    expect(refused({ 'redis-password': 'some-password' }, 'self-hosted', [secret])).toMatchObject({
      code: 'invalid-input',
      message: 'the input redis-password would have no effect: these manifests include Secret/redis-credentials',
      hint: 'remove it under `with:` in the workflow, or remove the Secret from the manifests'
    })
  })

  test('is refused together with others, each with its reason', () => {
    const { message, hint } = refused({ 'redis-password': 'some-password', 'elasticache-relax': 'backups' }, 'managed')
    expect(message).toBe(
      'the input redis-password would have no effect: these manifests have no StatefulSet redis; the input ' +
        'elasticache-relax would have no effect: elasticache-replication-group is not set, so no ElastiCache ' +
        'settings are verified'
    )
    expect(hint).toBe(
      'remove it under `with:` in the workflow, or choose the environment it is meant for, or set ' +
        'elasticache-replication-group'
    )
  })

  test('is not reported if every input has an effect', () => {
    const aws = { 'elasticache-replication-group': 'a', 'aws-region': 'eu-west-1', 'elasticache-relax': 'backups' }
    accept(aws, 'managed')
    accept({ 'redis-password': 'p' }, 'self-hosted')
  })
})
