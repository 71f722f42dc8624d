import { describe, expect, test } from '@jest/globals'
import { Failure } from '../../../../src/core/failure.ts'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { type PlannedRefusal, planOf, type Tried } from '../../../../src/phases/plan/plan.ts'

const secret: KubernetesObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'redis-credentials' } }
const config = (maxmemory: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings' },
  data: { maxmemory }
})
const set = (image: string, spec: object = {}): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'redis' },
  spec: { template: { spec: { containers: [{ name: 'redis', image }] } }, ...spec }
})

function tried(before: KubernetesObject | undefined, after: KubernetesObject, note?: string): Tried {
  const change = before === undefined ? 'created' : before === after ? 'unchanged' : 'configured'
  return { wanted: after, before, after, change, note }
}

function refused(object: KubernetesObject, unknown?: string, before?: KubernetesObject): PlannedRefusal {
  return { object, before, failure: new Failure('invalid-manifest', 'it is wrong', 'correct it'), unknown }
}

describe('the summary line of a plan', () => {
  test.each([
    ['nothing to change', [tried(secret, secret)], []],
    ['1 to create', [tried(undefined, secret)], []],
    ['1 to change', [tried(config('1'), config('2'))], []],
    ['1 to change, redis-0 would restart (pod template)', [tried(set('redis:7.2.1'), set('redis:7.2.2'))], []],
    ['1 to create', [tried(undefined, set('redis:7.2.1'))], []],
    ['1 to create, 1 refused', [tried(undefined, secret)], [refused(config('1'))]],
    ['2 not checked', [], [refused(config('1'), 'not yet'), refused(secret, 'not yet')]]
  ])('counts the objects: %s', (sentence, applied, others) => {
    expect(planOf(applied, others).sentence).toBe(sentence)
  })
})

test('gives each object its action, reason and diff', () => {
  const { objects } = planOf(
    [tried(config('1'), config('2'), 'taken over'), tried(secret, secret)],
    [refused(set('a')), refused(set('b'), 'not checked: needs a right')]
  )
  expect(objects).toEqual([
    {
      id: 'ConfigMap/settings',
      action: 'change',
      note: 'taken over',
      diff: expect.stringMatching(/^-.*1.*\n\+.*2/m)
    },
    { id: 'Secret/redis-credentials', action: 'unchanged', diff: '' },
    { id: 'StatefulSet/redis', action: 'refused', note: 'it is wrong', diff: '' },
    { id: 'StatefulSet/redis', action: 'unknown', note: 'not checked: needs a right', diff: '' }
  ])
})

test('names an object once that would be kept and is refused', () => {
  const { objects } = planOf([tried(secret, secret, 'password kept')], [refused(secret)])
  expect(objects).toMatchObject([{ id: 'Secret/redis-credentials', action: 'refused', note: 'it is wrong' }])
})

test('promises no restart where the pod would keep its template', () => {
  const held = set('redis:7.2.2', { updateStrategy: { type: 'OnDelete' } })
  const { sentence, restart, objects } = planOf([tried(set('redis:7.2.1'), held, 'noted')], [])
  expect([sentence, restart]).toEqual(['1 to change', []])
  expect(objects[0]?.note).toBe(
    'noted; redis-0 would not be replaced because of updateStrategy OnDelete: a deployment would fail with stuck-revision'
  )
})

test('reports a claim that cannot shrink as a danger as well', () => {
  const claim = (storage: string) => [{ metadata: { name: 'data' }, spec: { resources: { requests: { storage } } } }]
  const [before, wanted] = ['5Gi', '1Gi'].map((size) => set('redis:7.2.1', { volumeClaimTemplates: claim(size) }))
  if (before === undefined || wanted === undefined) throw new Error('two were made')
  expect(planOf([], [refused(wanted, undefined, before)]).dangers.map(({ rule }) => rule)).toContain('storage-shrinks')
  expect(planOf([], [refused(wanted)]).dangers.map(({ rule }) => rule)).not.toContain('storage-shrinks')
})

test('adds a note to a change that the diff does not show', () => {
  const ordered = (...names: string[]) => set('redis:7.2.1', { env: names.map((name) => ({ name })) })
  const [object] = planOf([tried(ordered('a', 'b'), ordered('b', 'a'))], []).objects
  expect(object).toMatchObject({ action: 'change', diff: '', note: 'only the order changes' })
})
