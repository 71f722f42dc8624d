import { describe, expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../src/core/kubernetes/object.ts'
import { changedKeys, readersAmong, rotationNote } from '../../../src/core/secret-readers.ts'

const secret = (data: Record<string, string>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'redis-credentials' },
  data
})
const workload = (kind: string, name: string, podSpec: object): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name },
  spec: { template: { spec: podSpec } }
})

describe('the keys of a Secret that change', () => {
  test('are those with another value, by name alone', () => {
    const before = secret({ host: 'cmVkaXM=', password: 'b2xk', url: 'b2xk' })
    expect(changedKeys(before, secret({ host: 'cmVkaXM=', password: 'bmV3', url: 'bmV3' }))).toEqual([
      'password',
      'url'
    ])
    expect(changedKeys(before, before)).toEqual([])
  })

  test('are none where the Secret is new: nobody reads it yet', () => {
    expect(changedKeys(undefined, secret({ host: 'cmVkaXM=' }))).toEqual([])
  })
})

const valueFrom = { secretKeyRef: { name: 'redis-credentials', key: 'url' } }
const backend = workload('Deployment', 'backend', { containers: [{ env: [{ name: 'REDIS_URL', valueFrom }] }] })

test('whoever reads the Secret is found, by variables and by volumes, but for Redis itself', () => {
  const byFile = workload('DaemonSet', 'agent', {
    volumes: [{ name: 'redis', secret: { secretName: 'redis-credentials' } }]
  })
  const projected = { projected: { sources: [{ secret: { name: 'redis-credentials' } }] } }
  const byProjection = workload('StatefulSet', 'queue', { volumes: [projected] })
  const byAll = workload('Deployment', 'api', {
    containers: [{ envFrom: [{ secretRef: { name: 'redis-credentials' } }] }]
  })
  const readers = [backend, byFile, byProjection, byAll]
  const other = workload('Deployment', 'web', { containers: [{ name: 'web' }] })
  const redis = workload('StatefulSet', 'redis', { containers: [{ env: [{ name: 'REDIS_URL', valueFrom }] }] })
  expect(readersAmong([...readers, other, redis])).toEqual(readers)
})

describe('a rotation is told', () => {
  test('with the command that restarts who reads the Secret', () => {
    const note = rotationNote(['password', 'url'], [backend], 'team', false)
    expect(note).toContain('Secret/redis-credentials changes in password, url: ')
    expect(note).toMatch(/`kubectl -n team rollout restart deployment\/backend`$/)
  })

  test('where nobody may be listed, or nobody reads it', () => {
    expect(rotationNote(['url'], undefined, 'team', true)).toMatch(
      /would change in url.*rollout restart deployment NAME/
    )
    expect(rotationNote(['url'], [], 'team', false)).toMatch(/no Deployment, StatefulSet or DaemonSet .* does\.$/)
  })
})
