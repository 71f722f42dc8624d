import { describe, expect, test } from '@jest/globals'
import { objectDiff } from '../../../../src/phases/plan/diff.ts'
import { shippedOne } from './shipped.ts'

/** The changed lines of two states of a list, and the place above them. */
function changes(field: string, before: unknown[], after: unknown[]): string[] {
  const [old, next] = [before, after].map((list) => ({
    apiVersion: 'v1',
    kind: 'Thing',
    metadata: { name: 'x' },
    spec: { [field]: list }
  }))
  const lines = objectDiff(old, next).split('\n')
  return lines.filter((line) => /^[@+-]/.test(line)).map((line) => line.replace(/^([+-]) {4}/, '$1'))
}

describe('a new order without meaning', () => {
  test.each<[string, (name: string, index: number) => object]>([
    ['containers', (name) => ({ name })],
    ['volumes', (name) => ({ name })],
    ['env', (name) => ({ name })],
    ['imagePullSecrets', (name) => ({ name })],
    ['ports', (_, containerPort) => ({ containerPort, name: 'same' })],
    ['ports', (_, port) => ({ port, protocol: 'UDP', name: 'same' })],
    ['volumeMounts', (mountPath) => ({ mountPath, name: 'same' })],
    ['volumeDevices', (devicePath) => ({ devicePath, name: 'same' })],
    ['volumeClaimTemplates', (name) => ({ metadata: { name } })],
    ['ownerReferences', (uid) => ({ uid, name: 'same' })],
    ['conditions', (type) => ({ type })],
    ['hostAliases', (ip) => ({ ip })],
    ['data', (secretKey) => ({ secretKey })],
    ['items', (key) => ({ key })],
    ['rules', (alert) => ({ alert })],
    ['rules', (record) => ({ record })],
    ['subjects', (namespace) => ({ kind: 'ServiceAccount', name: 'same', namespace })],
    ['subjects', (name) => ({ kind: 'User', name })],
    ['topologySpreadConstraints', (topologyKey) => ({ topologyKey, whenUnsatisfiable: 'DoNotSchedule' })],
    ['whateverHasNames', (name) => ({ name })]
  ])('is no change of %s', (field, item) => {
    const [a, b, c] = ['a', 'b', 'c'].map(item)
    expect(changes(field, [a, b, c], [c, a, b])).toEqual([])
  })

  test('is no change of ports where one omits the default protocol', () => {
    const dns = { port: 53, protocol: 'UDP' }
    expect(changes('ports', [{ port: 53, protocol: 'TCP' }, dns], [dns, { port: 53, protocol: 'TCP' }])).toEqual([])
    expect(changes('ports', [{ port: 53 }, dns], [dns, { port: 53, protocol: 'TCP' }])).toEqual([
      '@@ spec.ports[port=53,protocol=TCP] @@',
      '+  protocol: TCP'
    ])
  })
})

describe('a new order with meaning', () => {
  test('is a change of init containers', () => {
    expect(changes('initContainers', [{ name: 'a' }, { name: 'b' }], [{ name: 'b' }, { name: 'a' }])).toHaveLength(3)
  })

  test('is a change of arguments', () => {
    expect(changes('args', ['a', 'b'], ['b', 'a'])).toEqual(['@@ spec.args @@', '-- a', '+- a'])
  })

  test('is a change of items with duplicate keys', () => {
    const twins = [
      { name: 'a', x: 1 },
      { name: 'a', x: 2 }
    ]
    expect(changes('env', twins, twins.toReversed())).not.toEqual([])
    expect(changes('env', twins, twins.slice(0, 1))).toEqual(['@@ spec.env[1] @@', '-- name: a', '-  x: 2'])
  })
})

describe('the diff of a list item', () => {
  test('shows only the item that was inserted before others', () => {
    expect(changes('containers', [{ name: 'a', x: 1 }], [{ name: 'b' }, { name: 'a', x: 1 }])).toEqual([
      '@@ spec.containers[name=b] @@',
      '+- name: b'
    ])
  })

  test('shows only the item that was removed', () => {
    expect(changes('env', [{ name: 'a' }, { name: 'b' }, { name: 'c' }], [{ name: 'c' }, { name: 'a' }])).toEqual([
      '@@ spec.env[name=b] @@',
      '-- name: b'
    ])
  })

  test('shows the change of an item that moved as well', () => {
    expect(changes('env', [{ name: 'a', x: 1 }, { name: 'b' }], [{ name: 'b' }, { name: 'a', x: 2 }])).toEqual([
      '@@ spec.env[name=a] @@',
      '-  x: 1',
      '+  x: 2'
    ])
  })

  test('shows the changed part of an item without a key', () => {
    const rule = (port: number) => ({ from: [{ podSelector: {} }], ports: [{ port }] })
    expect(changes('ingress', [rule(1), rule(2)], [rule(1), rule(3)])).toEqual([
      '@@ spec.ingress[1].ports @@',
      '-    - port: 2',
      '+    - port: 3'
    ])
  })

  test('shows only the added item without a key', () => {
    expect(changes('ingress', [{ a: 1 }, { a: 2 }], [{ a: 3 }, { a: 1 }, { a: 2 }])).toEqual([
      '@@ spec.ingress[0] @@',
      '+- a: 3'
    ])
  })

  test('puts the dash at the next field where the first one was removed', () => {
    expect(changes('ingress', [{ from: 1, ports: 2 }], [{ ports: 2 }])).toEqual([
      '@@ spec.ingress[0] @@',
      '-- from: 1',
      '-  ports: 2',
      '+- ports: 2'
    ])
  })

  test('shows an item that becomes empty', () => {
    expect(changes('from', [{ a: { b: 1 } }], [{}])).toEqual(['@@ spec.from @@', '-- a:', '-    b: 1', '+- {}'])
  })

  test('shows an item that is a list or a text of several lines', () => {
    expect(changes('args', [['a', 'b'], 'x\ny\n'], [['a', 'c'], 'x\nz\n'])).toEqual([
      '@@ spec.args @@',
      '-  - b',
      '+  - c',
      '-  y',
      '+  z'
    ])
  })

  test('handles a list with missing and duplicate names', () => {
    expect(changes('env', [{ name: 'a' }, {}], [{ name: 'a' }, { name: 'a' }])).toEqual([
      '@@ spec.env @@',
      '-- {}',
      '+- name: a'
    ])
  })
})

test('shows a sidecar inserted before the Redis container as an addition', () => {
  const sidecar = '      containers:\n        - name: logs\n          image: logs:1\n'
  const edited = shippedOne('StatefulSet', 'redis', ['      containers:\n', sidecar])
  expect(objectDiff(shippedOne('StatefulSet', 'redis'), edited).match(/^[@+-].*/gm)).toEqual([
    '@@ spec.template.spec.containers[name=logs] @@',
    '+        - name: logs',
    '+          image: logs:1'
  ])
})
