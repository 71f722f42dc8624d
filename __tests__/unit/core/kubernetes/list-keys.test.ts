import { describe, expect, test } from '@jest/globals'
import { itemKey, listKeys } from '../../../../src/core/kubernetes/list-keys.ts'
import { schema } from '../schema/kubernetes.ts'

const keyOf = (field: string, item: Record<string, unknown>) => itemKey(field, ([name = '']) => item[name])

test.each(Object.entries(schema.lists))('gives items of %s the merge keys of Kubernetes', (field, keys) => {
  const [first, second] = listKeys(field)
  expect([first, second]).toEqual(expect.arrayContaining(keys))
  expect(keys).toContainEqual(first)
})

describe('the merge key of an item', () => {
  test.each([
    ['containers', { name: 'redis', image: 'a' }, { name: 'redis' }],
    ['ports', { name: 'redis', containerPort: 6379 }, { containerPort: 6379, protocol: 'TCP' }],
    ['ports', { name: 'dns', port: 53, protocol: 'UDP' }, { port: 53, protocol: 'UDP' }],
    ['volumeMounts', { name: 'data', mountPath: '/data' }, { mountPath: '/data' }],
    ['data', { secretKey: 'host' }, { secretKey: 'host' }],
    ['rules', { alert: 'A', expr: '1' }, { alert: 'A' }],
    ['rules', { record: 'a:b', expr: '1' }, { record: 'a:b' }],
    ['subjects', { kind: 'User', name: 'a' }, { kind: 'User', name: 'a' }],
    ['tolerations', { key: 'a', operator: 'Exists' }, { key: 'a' }]
  ])('identifies an item of %s: %j', (field, item, key) => {
    expect(keyOf(field, item)).toEqual(key)
  })

  test('may be nested', () => {
    const read = (path: string[]) => (path.join('/') === 'metadata/name' ? 'data' : undefined)
    expect(itemKey('volumeClaimTemplates', read)).toEqual({ 'metadata.name': 'data' })
  })

  test.each([
    ['without any of them', 'from', { podSelector: {} }],
    ['with a part of them', 'topologySpreadConstraints', { topologyKey: 'zone' }],
    ['of a list that is called as what every object has', 'constructor', {}]
  ])('is undefined for an item %s', (_, field, item) => {
    expect(keyOf(field, item)).toBeUndefined()
  })
})
