import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { at, listAt } from '../../src/core/kubernetes/object.ts'
import { access, api, documents, useCluster } from './apply-scene.ts'
import { applying } from './applying.ts'
import { edited, namespace } from './rendering.ts'

useCluster()

const annotation = 'kubectl.kubernetes.io/last-applied-configuration'
/** The rendered objects as another client writes them. */
function seedAll(fieldManager: string, annotations: Record<string, string> = {}): void {
  for (const { object } of documents) {
    const { apiVersion, kind, metadata, ...rest } = object
    const named = Object.keys(annotations).length > 0 ? { ...metadata, annotations } : metadata
    api.seed({ ...rest, apiVersion, kind, metadata: named }, { fieldManager })
  }
}
const stored = (kind: string, name: string) => api.read(kind, namespace, name)
const managersOf = (kind: string, name: string) =>
  listAt(stored(kind, name), 'metadata', 'managedFields')
    .filter((entry) => at(entry, 'subresource') === undefined)
    .map((entry) => `${at(entry, 'manager')} ${at(entry, 'operation')}`)
const writes = () => api.requests.filter(({ method }) => method !== 'GET')

describe('an object of another client with the same values', () => {
  test.each(['kubectl-create', 'helm', 'kubectl-client-side-apply'])(
    'is taken over from %s without a conflict, and unchanged afterwards',
    async (manager) => {
      seedAll(manager)
      const { failure, objects } = await applying(access, documents)
      expect(failure).toBeUndefined()
      const note = `taken over from ${manager}; all values as before`
      expect(objects).toContainEqual({ id: 'Service/redis', change: 'configured', note })
      expect(objects.find(({ id }) => id === 'StatefulSet/redis')?.note).toContain(`taken over from ${manager}`)
      const again = await applying(access, documents)
      expect(again.objects.filter(({ change }) => change !== 'unchanged')).toEqual([])
    }
  )

  test('loses the annotation and the removed fields of kubectl apply', async () => {
    seedAll('kubectl-client-side-apply', { [annotation]: '{}', 'example.com/old': 'x' })
    expect((await applying(access, documents)).failure).toBeUndefined()
    expect(stored('Service', 'redis')?.metadata.annotations).toBeUndefined()
    expect(managersOf('Service', 'redis')).toEqual(['redis-cache-action Apply'])
    const less = edited(documents, (text) => text.replace(/^ {4}app.kubernetes.io\/component: cache\n/m, ''))
    await applying(access, less)
    expect(stored('Service', 'redis')?.metadata.labels).not.toHaveProperty(['app.kubernetes.io/component'])
  })

  test('is read again if it was written meanwhile', async () => {
    seedAll('kubectl-client-side-apply')
    const body = { kind: 'Status', status: 'Failure', reason: 'Conflict', message: 'the object has been modified' }
    api.fault({ method: 'PATCH', path: /\/statefulsets\/redis$/, times: 2, reply: { status: 409, body } })
    const { failure, objects } = await applying(access, documents)
    expect(failure).toBeUndefined()
    const note = expect.stringContaining('taken over from kubectl-client-side-apply')
    expect(objects).toContainEqual({ id: 'StatefulSet/redis', change: 'configured', note })
  })

  test('is given up if it changes all the time', async () => {
    const body = { kind: 'Status', status: 'Failure', reason: 'Conflict', message: 'the object has been modified' }
    api.fault({ method: 'PATCH', path: /\/services\/redis$/, times: 100, reply: { status: 409, body } })
    const { failure } = await applying(access, documents)
    expect(failure).toMatchObject({
      code: 'field-conflict',
      message: expect.stringContaining('another client changed it 5 times in a row')
    })
  })
})

describe('a field of another client with another value', () => {
  const scaled = async () => {
    await applying(access, documents)
    const set = stored('StatefulSet', 'redis')
    if (set === undefined) throw new Error('no StatefulSet is stored')
    api.seed({ ...set, spec: { ...(set['spec'] as object), replicas: 3 } }, { fieldManager: 'kubectl-scale' })
  }

  test('stops the run with both values, and nothing is written', async () => {
    await scaled()
    const { failure, objects } = await applying(access, documents)
    expect(failure).toMatchObject({
      code: 'field-conflict',
      message:
        'cannot apply StatefulSet/redis in namespace default: "kubectl-scale" owns .spec.replicas with the value 3, wanted: 1',
      hint:
        'remove the field from the manifests to leave it to kubectl-scale, give both the same value, ' +
        'or set `force-conflicts: true` to take it over'
    })
    expect(objects.map(({ id }) => id)).not.toContain('StatefulSet/redis')
    expect(at(stored('StatefulSet', 'redis'), 'spec', 'replicas')).toBe(3)
  })

  test('is taken over by force and reported', async () => {
    await scaled()
    const { failure, objects, log } = await applying(access, documents, { forceConflicts: true })
    expect(failure).toBeUndefined()
    const note = 'took .spec.replicas over from kubectl-scale'
    expect(objects).toContainEqual({ id: 'StatefulSet/redis', change: 'configured', note })
    expect(log).toContain(`StatefulSet/redis configured (${note})`)
    expect(at(stored('StatefulSet', 'redis'), 'spec', 'replicas')).toBe(1)
  })
})

test('an unchanged run reads and tries each object, and does nothing else', async () => {
  await applying(access, documents)
  const before = api.requests.length
  await applying(access, documents)
  expect(api.requests.length - before).toBe(11)
  expect(
    writes()
      .slice(-5)
      .map(({ method }) => method)
  ).toEqual(Array(5).fill('PATCH'))
})

test('does not report a status written between read and apply as a change', async () => {
  await applying(access, documents)
  const set = stored('StatefulSet', 'redis')
  if (set === undefined) throw new Error('no StatefulSet is stored')
  api.fault({ method: 'PATCH', path: /\/statefulsets\/redis$/, reply: { delayMs: 150 } })
  const run = applying(access, documents)
  const isSent = () =>
    api.requests.some(({ method, path }) => method === 'PATCH' && path.endsWith('/statefulsets/redis'))
  while (!isSent()) await sleep(5)
  api.seed({ ...set, status: { replicas: 7 } }, { fieldManager: 'controller' })
  expect((await run).changes['StatefulSet/redis']).toBe('unchanged')
})
