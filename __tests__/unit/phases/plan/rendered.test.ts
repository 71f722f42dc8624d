import { describe, expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { planOfRendered } from '../../../../src/phases/plan/rendered.ts'
import { type Edit, shipped } from './shipped.ts'

const right = (objects: readonly KubernetesObject[]) => objects.map((object) => ({ object, problems: [] }))
const planAfter = (...edits: readonly Edit[]) => planOfRendered(right(shipped(...edits)), shipped())
const actions = ({ objects }: ReturnType<typeof planOfRendered>) =>
  Object.fromEntries(objects.map(({ id, action }) => [id, action]))
const unchanged = {
  'ConfigMap/redis-config': 'unchanged',
  'Service/redis': 'unchanged',
  'Service/redis-headless': 'unchanged',
  'NetworkPolicy/redis': 'unchanged',
  'StatefulSet/redis': 'unchanged'
}

describe('a plan against another branch', () => {
  test('contains no change where both render the same', () => {
    const plan = planAfter()
    expect(plan).toMatchObject({ asked: false, sentence: 'nothing to change', restart: [], dangers: [] })
    expect(actions(plan)).toEqual(unchanged)
    expect(plan.objects.map(({ diff }) => diff).join('')).toBe('')
  })

  test('shows the diff of a changed object, and the restart that a new template causes', () => {
    const plan = planAfter(['terminationGracePeriodSeconds: 60', 'terminationGracePeriodSeconds: 61'])
    expect(plan.sentence).toBe('1 to change, redis-0 would restart (pod template)')
    expect(actions(plan)).toEqual({ ...unchanged, 'StatefulSet/redis': 'change' })
    expect(plan.objects.find(({ diff }) => diff !== '')?.diff).toMatch(
      /\n-.*terminationGracePeriodSeconds: 60\n\+.*terminationGracePeriodSeconds: 61\n/
    )
  })

  test('predicts a restart for a new configuration with the same template', () => {
    const plan = planAfter(['maxmemory 256mb', 'maxmemory 128mb'])
    expect(plan.sentence).toBe('1 to change, redis-0 would restart (configuration)')
    expect(plan.restart).toEqual(['configuration'])
  })

  test('predicts no restart for a ConfigMap that redis-0 does not read', () => {
    const other = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'other' }, data: { a: '1' } }
    const plan = planOfRendered(right([...shipped(), { ...other, data: { a: '2' } }]), [...shipped(), other])
    expect(plan.sentence).toBe('1 to change')
    expect(plan.restart).toEqual([])
  })

  test('predicts no restart for a new template where redis-0 does not exist yet', () => {
    const plan = planOfRendered(right(shipped()), [])
    expect(plan.sentence).toBe('5 to create')
    expect(plan.restart).toEqual([])
  })

  test('shows a new object in full, but never the values of a Secret', () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' }, stringData: { password: 'Tr0ub4dor' } }
    const plan = planOfRendered(right([...shipped(), secret]), shipped())
    expect(plan.sentence).toBe('1 to create')
    expect(plan.objects.find(({ id }) => id === 'Secret/x')?.diff).toMatch(/^\+.*password/m)
    expect(JSON.stringify(plan)).not.toContain('Tr0ub4dor')
  })

  test('reports a change of order that no diff shows', () => {
    const object = (args: string[]) => ({
      apiVersion: 'v1',
      kind: 'Thing',
      metadata: { name: 'x' },
      spec: { env: args.map((name) => ({ name })) }
    })
    const plan = planOfRendered(right([object(['b', 'a'])]), [object(['a', 'b'])])
    expect(plan.objects).toEqual([
      { id: 'Thing/x', action: 'change', note: 'only the order changes, which a diff does not show', diff: '' }
    ])
  })

  test('treats another version of a kind as the same object, and another namespace or group as a different one', () => {
    const object = (apiVersion: string, namespace = 'a') => ({
      apiVersion,
      kind: 'Thing',
      metadata: { name: 'x', namespace }
    })
    const base = [object('example.com/v1beta1')]
    const actionsOf = (after: KubernetesObject) =>
      planOfRendered(right([after]), base).objects.map(({ action }) => action)
    expect(actionsOf(object('example.com/v1'))).toEqual(['change'])
    expect(actionsOf(object('example.org/v1beta1'))).toEqual(['create', 'dropped'])
    expect(actionsOf(object('example.com/v1beta1', 'b'))).toEqual(['create', 'dropped'])
  })

  test('shows a removed object in full, but never the values of a Secret', () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' }, stringData: { password: 'Tr0ub4dor' } }
    const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { a: 'b' } }
    const plan = planOfRendered(right(shipped()), [...shipped(), secret, config])
    expect(plan.sentence).toBe('2 no longer rendered')
    expect(actions(plan)).toEqual({ ...unchanged, 'Secret/x': 'dropped', 'ConfigMap/x': 'dropped' })
    const [dropped] = plan.objects.filter(({ id }) => id === 'ConfigMap/x')
    expect(dropped).toMatchObject({
      note: 'not deleted where it is deployed',
      diff: expect.stringMatching(/^-.*a: b$/m)
    })
    expect(plan.objects.find(({ id }) => id === 'Secret/x')?.diff).toMatch(/^-.*password/m)
    expect(JSON.stringify(plan)).not.toContain('Tr0ub4dor')
  })

  test('reports a removed NetworkPolicy as a danger as well', () => {
    const without = shipped().filter(({ kind }) => kind !== 'NetworkPolicy')
    const { sentence, dangers } = planOfRendered(right(without), shipped())
    expect(sentence).toBe('1 no longer rendered')
    expect(dangers.map(({ rule }) => rule)).toEqual(['network-policy-weakened'])
  })

  test('names the rule of a danger', () => {
    const { dangers } = planAfter([
      'image: docker.io/oliver006/redis_exporter:v1.88.0',
      'image: docker.io/oliver006/redis_exporter'
    ])
    expect(dangers.map(({ rule }) => rule)).toEqual(['image-without-tag'])
  })

  test('shows the diff of an object that is refused', () => {
    const [first, ...rest] = shipped(['maxmemory 256mb', 'maxmemory 128mb'])
    if (first === undefined) throw new Error('nothing is shipped')
    const plan = planOfRendered(
      [{ object: first, problems: ['.a is wrong', '.b is wrong'] }, ...right(rest)],
      shipped()
    )
    expect(plan.sentence).toContain('1 refused')
    expect(plan.objects[0]).toMatchObject({ action: 'refused', note: '.a is wrong. .b is wrong' })
    expect(plan.objects[0]?.diff).toContain('maxmemory 128mb')
  })
})

describe('a plan without a base branch', () => {
  test('contains no changes and no dangers', () => {
    const plan = planOfRendered(right(shipped(['redis_exporter:v1.88.0', 'redis_exporter'])), undefined)
    expect(plan).toMatchObject({
      asked: false,
      sentence: '5 objects checked, not compared',
      dangers: [],
      restart: []
    })
    for (const { id, ...said } of plan.objects) expect(said).toEqual({ action: 'valid', diff: '' })
  })

  test('lists what could not be checked', () => {
    const object = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'x' } }
    const { objects } = planOfRendered([{ object, problems: [], note: 'no schema' }], undefined)
    expect(objects[0]).toMatchObject({ action: 'unknown', note: 'no schema' })
  })
})
