import { describe, expect, test } from '@jest/globals'
import { findField, parsePath, pathText } from '../../../../src/core/kubernetes/field-path.ts'
import fc from '../../../support/fast-check.ts'

const object = {
  metadata: {
    annotations: { 'example.com/a.b': 'dotted', 'example.com/a': { b: 'nested' }, 'x[y]': 'brackets' },
    finalizers: ['one', 'two']
  },
  spec: {
    replicas: 0,
    ports: [
      { port: 1, protocol: 'TCP', name: 'x' },
      { port: 1, protocol: 'UDP', name: 'y' }
    ],
    containers: [{ name: 'a,b="]', env: [{ name: 'A', value: '1' }] }]
  }
}

describe('a field path in server notation', () => {
  test.each([
    ['', object],
    ['.spec.replicas', 0],
    ['.spec.ports[port=1,protocol="UDP"].name', 'y'],
    ['.spec.containers[name="a,b=\\"]"].env[name="A"].value', '1'],
    ['.metadata.annotations.example.com/a.b', 'dotted'],
    ['.metadata.annotations.x[y]', 'brackets'],
    ['.metadata.finalizers[="two"]', 'two']
  ])('resolves %s to its value', (path, value) => {
    expect(findField(object, path)).toEqual({ value })
  })

  test.each([
    '.spec.paused',
    '.spec.replicas.more',
    '.spec.ports[port=2]',
    '.spec[name="a"]',
    '.metadata.finalizers[="three"]',
    'nonsense',
    '[broken'
  ])('resolves %s to nothing', (path) => {
    expect(findField(object, path)).toBeUndefined()
  })
})

describe('a field path split into steps', () => {
  test.each([
    ['StatefulSet', '.spec.containers[name="redis"].args[0]', ['spec', 'containers', { name: 'redis' }, 'args', 0]],
    ['Service', '.spec.ports[port=1,protocol="TCP"]', ['spec', 'ports', { port: 1, protocol: 'TCP' }]],
    ['StatefulSet', '.spec.env[name="a,b=\\"]"].value', ['spec', 'env', { name: 'a,b="]' }, 'value']],
    ['ConfigMap', '.data.redis.conf', ['data', 'redis.conf']],
    ['Role', '.data.redis.conf', ['data', 'redis', 'conf']],
    ['Service', '.metadata.annotations.example.com/a', ['metadata', 'annotations', 'example.com/a']],
    ['Service', '.metadata.finalizers[="one"]', ['metadata', 'finalizers', { '': 'one' }]]
  ])('parses the path of a %s, %s', (kind, path, steps) => {
    expect(parsePath(kind, path)).toEqual(steps)
  })

  test('parses what it wrote', () => {
    const field = fc
      .stringMatching(/^[a-z][A-Za-z]{0,8}$/)
      .filter((name) => !/^(annotations|labels|matchLabels|nodeSelector)$/.test(name))
    const item = fc.dictionary(field, fc.oneof(fc.string(), fc.nat(), fc.boolean()), {
      minKeys: 1,
      maxKeys: 2,
      noNullPrototype: true
    })
    const path = fc.array(fc.oneof(field, fc.nat(), item), { maxLength: 6 })
    fc.assert(fc.property(path, (steps) => expect(parsePath('Service', pathText(steps))).toEqual(steps)))
  })
})
