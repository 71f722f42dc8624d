import { describe, expect, test } from '@jest/globals'
import { at, type KubernetesObject, listAt, textAt } from '../../../../../src/core/kubernetes/object.ts'
import { usualBackend } from '../../../../../src/core/rendered-cache/backend-labels.ts'
import { backendPod, nonBackendPod } from '../../../../../src/phases/probe/from-pod/pod-manifest.ts'

const owner = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'redis-credentials', uid: 'uid' } }
const elasticache = 'master.hospital-erp.abc123.apn2.cache.amazonaws.com'
const optionsFor = (host: string, username?: string) => ({
  image: 'redis:7',
  address: { host, port: 6379, username, tls: true },
  owner,
  backendLabels: usualBackend,
  rounds: 9,
  run: 'run-1',
  activeSeconds: 60,
  tls: { authorities: 'PEM\n', hello: Buffer.from('hello') }
})
const variablesOf = (pod: KubernetesObject): Record<string, unknown> =>
  Object.fromEntries(
    listAt(pod, 'spec', 'containers', 0, 'env').map((each) => [
      textAt(each, 'name'),
      at(each, 'value') ?? textAt(each, 'valueFrom', 'secretKeyRef', 'key')
    ])
  )

describe('the backend probe pod', () => {
  test('has the labels by which the policies recognise a backend', () => {
    const labels = { 'app.kubernetes.io/name': 'api', tier: 'web' }
    const pod = backendPod({ ...optionsFor(elasticache, 'backend'), backendLabels: labels })
    expect(pod.metadata.labels).toEqual({ ...labels, 'app.kubernetes.io/managed-by': 'redis-cache-action' })
  })

  test('trusts Amazon and the CAs of the runner, and checks the host name, for ElastiCache', () => {
    const pod = backendPod(optionsFor(elasticache, 'backend'))
    expect(variablesOf(pod)).toEqual({
      REDIS_HOST: 'host',
      REDIS_PORT: 'port',
      REDIS_PASSWORD: 'password',
      REDIS_USER: 'backend',
      REDIS_DATABASE: '',
      PROBE_LIMIT: '5',
      PROBE_KEY: 'redis-cache-action:run-1',
      PROBE_ROUNDS: '9',
      PROBE_AUTHORITIES: '/run/authorities/pem',
      PROBE_SNI: elasticache,
      PROBE_HELLO: Buffer.from('hello').toString('base64')
    })
    expect(pod.metadata.annotations).toEqual({
      'redis-cache-action/run': 'run-1',
      'redis-cache-action/authorities': 'PEM\n'
    })
  })

  test('also trusts the CAs of its image for another cache', () => {
    expect(variablesOf(backendPod(optionsFor('redis.example.org')))).toMatchObject({
      REDIS_USER: '',
      PROBE_AUTHORITIES: '/etc/ssl/certs/ca-certificates.crt /etc/ssl/cert.pem /run/authorities/pem'
    })
  })

  test('checks no host name where there is only an IP address', () => {
    expect(variablesOf(backendPod(optionsFor('10.0.0.1')))['PROBE_SNI']).toBe('')
  })

  test('gets no CAs without TLS', () => {
    const pod = backendPod({ ...optionsFor('redis.team.svc'), tls: undefined })
    expect(variablesOf(pod)).toMatchObject({ PROBE_AUTHORITIES: '', PROBE_HELLO: '' })
    expect(listAt(pod, 'spec', 'volumes').map((volume) => at(volume, 'name'))).toEqual(['probe'])
    expect(pod.metadata.annotations).toEqual({ 'redis-cache-action/run': 'run-1' })
  })
})

test('the non-backend probe pod gets the address of the cache but no password', () => {
  const pod = nonBackendPod(optionsFor('redis.team.svc'))
  expect(variablesOf(pod)).toEqual({ REDIS_HOST: 'host', REDIS_PORT: 'port', PROBE_LIMIT: '3' })
  expect(pod.metadata.labels?.['app.kubernetes.io/component']).not.toBe('backend')
})
