import { describe, expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { objectDiff } from '../../../../src/phases/plan/diff.ts'

const thing = (spec: unknown): KubernetesObject => ({ apiVersion: 'v1', kind: 'Thing', metadata: { name: 'x' }, spec })
const list = <T>(length: number, item: (index: number) => T) => Array.from({ length }, (_, index) => item(index))

/** Lists in maps in lists, far deeper than a function can call itself. */
function nested(innermost: string): unknown {
  return list(12_000, (index) => index).reduce<unknown>(
    (inner, index) => (index % 2 ? [inner] : { a: inner }),
    innermost
  )
}

describe('a diff is whole', () => {
  test('with many lines', () => {
    const lines = objectDiff(undefined, thing(list(5000, (index) => index))).split('\n')
    // A place and five lines stand before the list.
    expect(lines).toHaveLength(5006)
    expect(lines.at(-1)).toBe('+  - 4999')
  })

  test('with long lines, and only the path above them is cut', () => {
    const long = (value: string) => thing({ ['k'.repeat(5000)]: { a: value.repeat(5000) } })
    const diff = objectDiff(long('1'), long('2'))
    expect(diff).toMatch(/^@@ …k{300} @@\n/)
    expect(diff).toMatch(/^- {4}a: "1{5000}"$/m)
    expect(diff).toMatch(/^\+ {4}a: "2{5000}"$/m)
  })
})

describe('what is nested deeper than anybody reads', () => {
  test('is not shown, and does not end the program', () => {
    const diff = objectDiff(thing({ deep: nested('a'), b: 1 }), thing({ deep: nested('b'), b: 2 }))
    expect(diff).toMatch(/^\+ +- a: \(changed, not shown\)$/m)
    expect(diff).toMatch(/^\+ {2}b: 2$/m)
    expect(objectDiff(thing(nested('a')), thing(nested('a')))).toBe('')
    expect(objectDiff(undefined, thing(nested('a')), thing(nested('a')))).toContain('(added, not shown)')
  })

  test('is nothing that Kubernetes has', () => {
    const crd = list(50, () => 'properties').reduce<unknown>((inner, key) => ({ [key]: inner }), { type: 'string' })
    expect(objectDiff(undefined, thing(crd))).toContain('type: string')
  })
})

describe('an enormous object is no reason to fail', () => {
  test.each<[string, number, (turn: number) => unknown]>([
    ['with a long list', 130_000, (turn) => list(130_000, () => (turn > 0 ? 'a' : 'b'))],
    ['with a long list of maps', 10_000, (turn) => list(10_000, (index) => ({ a: index * turn }))],
    ['with a long text', 130_000, (turn) => list(130_000, (index) => `${index * turn}`).join('\n')]
  ])('%s', (_, length, spec) => {
    expect(objectDiff(thing(spec(1)), thing(spec(-1))).split('\n').length).toBeGreaterThan(length)
  })
})

test('a name that objects bring along is a name like any other', () => {
  const [before, after] = ['1', '2'].map((value) =>
    thing(JSON.parse(`{"__proto__":{"constructor":${value}},"toString":1}`))
  )
  expect(objectDiff(before, after)).toMatch(
    /@@ spec\.__proto__ @@\n.*\n.*\n.*\n- {4}constructor: 1\n\+ {4}constructor: 2\n {3}toString: 1/
  )
})
