import { describe, expect, test } from '@jest/globals'
import { toFailure } from '../../src/clients/kubernetes/failure.ts'
import { UnknownKind } from '../../src/clients/kubernetes/resources.ts'
import { at, objectId } from '../../src/core/kubernetes/object.ts'
import { type ManifestDocument, parseManifest } from '../../src/core/manifest.ts'
import { contentOf } from '../../src/phases/apply/content.ts'
import type { ObjectStates } from '../../src/phases/apply/deps.ts'
import { findLeftovers } from '../../src/phases/apply/leftovers.ts'
import { access, api, documents, useCluster } from './apply-scene.ts'
import { applying } from './applying.ts'
import { edited, namespace } from './rendering.ts'

useCluster()

const writes = () => api.requests.filter(({ method, query }) => method !== 'GET' && query.get('dryRun') !== 'All')

describe('a dry run', () => {
  test('of a first deployment reports everything as created and creates nothing', async () => {
    const { changes, failure } = await applying(access, documents, { dryRun: true })
    expect(failure).toBeUndefined()
    expect(Object.values(changes)).toEqual(Array.from({ length: 6 }, () => 'created'))
    expect(writes()).toEqual([])
    expect(api.read('Secret', namespace, 'redis-credentials')).toBeUndefined()
    expect(api.read('StatefulSet', namespace, 'redis')).toBeUndefined()
  })

  test('predicts what an apply then does', async () => {
    await applying(access, documents)
    const changed = edited(documents, (text) =>
      text.replace('terminationGracePeriodSeconds: 60', 'terminationGracePeriodSeconds: 61')
    )
    const planned = await applying(access, changed, { dryRun: true })
    const done = await applying(access, changed)
    expect(planned.changes).toEqual(done.changes)
    expect(planned.changes['StatefulSet/redis']).toBe('configured')
    const again = await applying(access, changed, { dryRun: true })
    expect(new Set(Object.values(again.changes))).toEqual(new Set(['unchanged']))
  })

  test('of another password reports changes of Secret and pod template and changes nothing', async () => {
    await applying(access, documents)
    const password = () => api.read('Secret', namespace, 'redis-credentials')?.['data']
    const template = () => at(api.read('StatefulSet', namespace, 'redis'), 'spec', 'template')
    const before = { password: password(), template: template() }
    const { changes } = await applying(access, documents, { dryRun: true, redisPassword: 'another-password-1' })
    expect(changes).toMatchObject({ 'Secret/redis-credentials': 'configured', 'StatefulSet/redis': 'configured' })
    expect({ password: password(), template: template() }).toEqual(before)
  })
})

test('a dry run after `kubectl apply` predicts the removal of fields that are not rendered', async () => {
  for (const { object } of documents) {
    const { apiVersion, kind, metadata, ...rest } = object
    const more = { ...metadata, annotations: { 'example.com/old': 'x' } }
    api.seed({ ...rest, apiVersion, kind, metadata: more }, { fieldManager: 'kubectl-client-side-apply' })
  }
  const old = api.read('Service', namespace, 'redis')
  const afterOf = async (dryRun: boolean) => {
    const found: Record<string, unknown> = {}
    const states = (_: unknown, { wanted, after }: ObjectStates) => {
      if (wanted.kind !== 'Secret') found[objectId(wanted)] = contentOf(after)
    }
    const { failure } = await applying(access, documents, { dryRun, redisPassword: 'the-same-password' }, states)
    expect(failure).toBeUndefined()
    // The mark of the password is keyed with the UID of its Secret, which a dry run does not know.
    return JSON.parse(JSON.stringify(found).replace(/("redis-cache-action\/password":")\w+/, '$1')) as unknown
  }
  const tried = await afterOf(true)
  expect(api.read('Service', namespace, 'redis')).toEqual(old)
  expect(JSON.stringify(tried)).not.toContain('example.com/old')
  expect(tried).toEqual(await afterOf(false))
})

describe('a leftover of a self-hosted Redis', () => {
  const leftovers = async (rendered: readonly ManifestDocument[], everywhere = false) => {
    const deps = {
      cluster: access.cluster,
      toFailure,
      isUnknownKind: (error: unknown) => error instanceof UnknownKind
    }
    return (await findLeftovers(rendered, namespace, everywhere, deps)).map(objectId)
  }

  test('is named when it is no longer rendered', async () => {
    await applying(access, documents)
    expect(await leftovers(documents)).toEqual([])
    expect(await leftovers([])).toEqual([
      'ConfigMap/redis-config',
      'NetworkPolicy/redis',
      'Service/redis',
      'Service/redis-headless',
      'StatefulSet/redis'
    ])
  })

  test('is not an object of another owner with the same name', async () => {
    api.seed({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'redis', namespace } }, { fieldManager: 'helm' })
    expect(await leftovers([])).toEqual([])
  })

  test('may have any name in kinds that are listed', async () => {
    const more = parseManifest('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: our-own\ndata:\n  a: b\n')
    await applying(access, [...documents, ...more])
    expect(await leftovers(documents)).toEqual([])
    expect(await leftovers(documents, true)).toEqual(['ConfigMap/our-own'])
  })

  test('is searched by name in kinds that must not be listed', async () => {
    await applying(access, documents)
    const message = 'services is forbidden: User "planner" cannot list resource "services" in API group ""'
    const body = { kind: 'Status', status: 'Failure', reason: 'Forbidden', message }
    api.fault({ method: 'GET', path: /\/services$/, times: 10, reply: { status: 403, body } })
    expect(await leftovers([], true)).toEqual([
      'ConfigMap/redis-config',
      'NetworkPolicy/redis',
      'Service/redis',
      'Service/redis-headless',
      'StatefulSet/redis'
    ])
  })
})
