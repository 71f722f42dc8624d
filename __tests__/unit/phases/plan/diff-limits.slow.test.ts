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

describe('a long diff', () => {
  test('shows all of its many lines', () => {
    const lines = objectDiff(undefined, thing(list(5000, (index) => index))).split('\n')
    // A place and five lines stand before the list.
    expect(lines).toHaveLength(5006)
    expect(lines.at(-1)).toBe('+  - 4999')
  })

  test('shows long lines in full and only cuts the path above them', () => {
    const long = (value: string) => thing({ ['k'.repeat(5000)]: { a: value.repeat(5000) } })
    const diff = objectDiff(long('1'), long('2'))
    expect(diff).toMatch(/^@@ …k{300} @@\n/)
    expect(diff).toMatch(/^- {4}a: "1{5000}"$/m)
    expect(diff).toMatch(/^\+ {4}a: "2{5000}"$/m)
  })
})

describe('content below the maximum depth', () => {
  test('is left out without an error', () => {
    const diff = objectDiff(thing({ deep: nested('a'), b: 1 }), thing({ deep: nested('b'), b: 2 }))
    expect(diff).toMatch(/^\+ +- a: \(changed, not shown\)$/m)
    expect(diff).toMatch(/^\+ {2}b: 2$/m)
    expect(objectDiff(thing(nested('a')), thing(nested('a')))).toBe('')
    expect(objectDiff(undefined, thing(nested('a')), thing(nested('a')))).toContain('(added, not shown)')
  })

  test('is deeper than any Kubernetes object', () => {
    const crd = list(50, () => 'properties').reduce<unknown>((inner, key) => ({ [key]: inner }), { type: 'string' })
    expect(objectDiff(undefined, thing(crd))).toContain('type: string')
  })
})

describe('an enormous object', () => {
  test.each<[string, number, (turn: number) => unknown]>([
    ['with a long list', 130_000, (turn) => list(130_000, () => (turn > 0 ? 'a' : 'b'))],
    ['with a long list of maps', 10_000, (turn) => list(10_000, (index) => ({ a: index * turn }))],
    ['with a long text', 130_000, (turn) => list(130_000, (index) => `${index * turn}`).join('\n')]
  ])('is diffed: %s', (_, length, spec) => {
    expect(objectDiff(thing(spec(1)), thing(spec(-1))).split('\n').length).toBeGreaterThan(length)
  })
})

test('may use an inherited JavaScript property as a name', () => {
  const [before, after] = ['1', '2'].map((value) =>
    thing(JSON.parse(`{"__proto__":{"constructor":${value}},"toString":1}`))
  )
  expect(objectDiff(before, after)).toMatch(
    /@@ spec\.__proto__ @@\n.*\n.*\n.*\n- {4}constructor: 1\n\+ {4}constructor: 2\n {3}toString: 1/
  )
})
