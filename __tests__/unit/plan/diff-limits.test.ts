import { describe, expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../src/kubernetes-object.ts'
import { objectDiff } from '../../../src/plan/diff.ts'

const thing = (spec: unknown): KubernetesObject => ({ apiVersion: 'v1', kind: 'Thing', metadata: { name: 'x' }, spec })
const list = <T>(length: number, item: (index: number) => T) => Array.from({ length }, (_, index) => item(index))

/** Lists in maps in lists, far deeper than a function can call itself. */
function nested(innermost: string): unknown {
  return list(20_000, (index) => index).reduce<unknown>(
    (inner, index) => (index % 2 ? [inner] : { a: inner }),
    innermost
  )
}

describe('a diff ends', () => {
  test('after two thousand lines, and says how many follow', () => {
    const lines = objectDiff(undefined, thing(list(5000, (index) => index))).split('\n')
    expect(lines).toHaveLength(2001)
    // A place and five lines stand before the list.
    expect(lines.at(-2)).toBe('+  - 1993')
    expect(lines.at(-1)).toBe('… 3006 more lines')
  })

  test('before two hundred thousand bytes', () => {
    const diff = objectDiff(undefined, thing(list(1000, () => 'ü'.repeat(900))))
    expect(Buffer.byteLength(diff)).toBeLessThan(200_100)
    expect(Buffer.byteLength(diff)).toBeGreaterThan(190_000)
    expect(diff).toMatch(/\n… \d+ more lines$/)
  })

  test('not before its last line if it has room', () => {
    expect(objectDiff(undefined, thing(list(1994, (index) => index)))).toMatch(/- 1993$/)
  })

  test('with a line that is cut, if that line is very long', () => {
    const long = (value: number) => thing({ ['k'.repeat(5000)]: { ['l'.repeat(5000)]: value } })
    const diff = objectDiff(long(1), long(2))
    expect(Math.max(...diff.split('\n').map((line) => line.length))).toBeLessThan(1000)
    expect(diff).toMatch(/^@@ …k+ @@\n/)
    expect(diff).toContain('k …')
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
  test.each<[string, (turn: number) => unknown]>([
    ['with a long list', (turn) => list(130_000, () => (turn > 0 ? 'a' : 'b'))],
    ['with a long list of maps', (turn) => list(10_000, (index) => ({ a: index * turn }))],
    ['with a long text', (turn) => list(130_000, (index) => `${index * turn}`).join('\n')]
  ])('%s', (_, spec) => {
    expect(objectDiff(thing(spec(1)), thing(spec(-1)))).toMatch(/\n… \d+ more lines$/)
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
