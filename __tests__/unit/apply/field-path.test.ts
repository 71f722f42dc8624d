import { describe, expect, test } from '@jest/globals'
import { findField } from '../../../src/apply/field-path.ts'

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

describe('a path as the server writes it', () => {
  test.each([
    ['', object],
    ['.spec.replicas', 0],
    ['.spec.ports[port=1,protocol="UDP"].name', 'y'],
    ['.spec.containers[name="a,b=\\"]"].env[name="A"].value', '1'],
    ['.metadata.annotations.example.com/a.b', 'dotted'],
    ['.metadata.annotations.x[y]', 'brackets'],
    ['.metadata.finalizers[="two"]', 'two']
  ])('%s leads to its value', (path, value) => {
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
  ])('%s leads nowhere', (path) => {
    expect(findField(object, path)).toBeUndefined()
  })
})
