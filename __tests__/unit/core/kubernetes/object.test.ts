import { describe, expect, test } from '@jest/globals'
import { at, listAt, objectId, textAt } from '../../../../src/core/kubernetes/object.ts'
import fc from '../../../support/fast-check.ts'

const pod = {
  kind: 'Pod',
  metadata: { name: 'redis-0' },
  spec: { containers: [{ name: 'redis', ports: [{ containerPort: 6379 }] }], hostNetwork: false, nodeName: null }
}

test('identifies an object by kind and name', () => {
  expect(objectId(pod)).toBe('Pod/redis-0')
})

describe('reading a nested value', () => {
  test('returns the value at a path', () => {
    expect(at(pod, 'spec', 'containers', 0, 'name')).toBe('redis')
    expect(at(pod)).toBe(pod)
    expect(listAt(pod, 'spec', 'containers', 0, 'ports')).toEqual([{ containerPort: 6379 }])
    expect(textAt(pod, 'spec', 'containers', 0, 'ports', 0, 'containerPort')).toBe('6379')
    expect(textAt(pod, 'spec', 'hostNetwork')).toBe('false')
  })

  test.each([
    ['a step is missing', ['status', 'containerStatuses', 0]],
    ['a step is beyond the list', ['spec', 'containers', 7, 'name']],
    ['a step is null', ['spec', 'nodeName', 'x']],
    ['a step is a text', ['metadata', 'name', 'length']],
    ['a step is what every object inherits', ['spec', 'valueOf']],
    ['a step is what every list inherits', ['spec', 'containers', 'map']]
  ])('returns undefined where %s', (_, path) => {
    expect(at(pod, ...path)).toBeUndefined()
    expect(listAt(pod, ...path)).toEqual([])
    expect(textAt(pod, ...path)).toBeUndefined()
  })

  test('reads properties that an error inherits from its class', () => {
    class ReplyError extends Error {
      override get name(): string {
        return 'ReplyError'
      }
    }
    expect(textAt(new ReplyError('NOAUTH'), 'name')).toBe('ReplyError')
  })

  test('does not confuse objects, texts and lists', () => {
    expect(textAt(pod, 'spec')).toBeUndefined()
    expect(textAt(pod, 'spec', 'nodeName')).toBeUndefined()
    expect(listAt(pod, 'spec')).toEqual([])
  })

  test('never throws', () => {
    const path = fc.array(fc.oneof(fc.string(), fc.nat({ max: 3 })))
    fc.assert(
      fc.property(fc.jsonValue(), path, (value, steps) => {
        at(value, ...steps)
        expect(Array.isArray(listAt(value, ...steps))).toBe(true)
        expect(['string', 'undefined']).toContain(typeof textAt(value, ...steps))
      })
    )
  })
})
