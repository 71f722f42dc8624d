import { describe, expect, test } from '@jest/globals'
import { parseManifest, parseValues } from '../../../../src/core/manifest.ts'
import { documentOf } from '../../document-of.ts'
import { failureOf } from '../../failure-of.ts'

const head = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n'
const nested = (depth: number) => `${head}x: ${'['.repeat(depth)}${']'.repeat(depth)}\n`

describe('a manifest beyond a limit', () => {
  test.each([
    [
      'bytes',
      `${head}x: ${'y'.repeat(2 * 1024 ** 2)}`,
      /^the rendered manifest has 2097206 bytes; the limit is 2097152/
    ],
    [
      'bytes that are more than characters',
      `${head}x: ${'é'.repeat(1024 ** 2)}`,
      /^the rendered manifest has 20972\d\d/
    ],
    ['documents', '---\n'.repeat(1_001), /^the rendered manifest has more than 1000 documents, the limit$/],
    ['depth', nested(100), /it is nested more than 100 deep$/],
    ['depth for the stack', nested(20_000), /it is nested more than 100 deep$/],
    ['depth of maps', `${head}x: ${'{a: '.repeat(100)}b${'}'.repeat(100)}\n`, /it is nested more than 100 deep$/],
    ['keys that are lists', `${head}${'? '.repeat(20_000)}a\n`, /is not a Kubernetes object: /],
    ['a key that is a map', `${head}? {a: b}\n: c\n`, /a key is a list, a map or an alias$/],
    ['a key that is an alias', `${head}x: &a b\n*a : c\n`, /a key is a list, a map or an alias$/],
    ['keys that are the same as texts', `${head}x: {1: a, "1": b}\n`, /map keys must be unique: 1 appears twice$/],
    [
      'depth by aliases',
      `${head}${Array.from({ length: 50 }, (_, index) => `l${index}: &l${index} [[${index === 0 ? 'x' : `*l${index - 1}`}]]\n`).join('')}`,
      /is not a Kubernetes object: (it is nested more than 100 deep|Excessive alias count)/
    ]
  ])('is refused: %s', (_, text, message) => {
    const failure = failureOf(() => parseManifest(text))
    expect(failure.code).toBe('invalid-manifest')
    expect(failure.message).toMatch(message)
  })

  test('is read within the limits', () => {
    expect(parseManifest(nested(99))).toHaveLength(1)
    expect(parseManifest(`---\n${head}`.repeat(1_000))).toHaveLength(1_000)
  })
})

describe('keys with a meaning in JavaScript', () => {
  const text = `${head}__proto__: {polluted: true}\nconstructor: {prototype: {polluted: true}}\n`

  test('are ordinary keys', () => {
    const { object } = documentOf(text)
    expect(Object.getPrototypeOf(object)).toBe(Object.getPrototypeOf(documentOf(head).object))
    expect(Object.keys(object)).toEqual(['apiVersion', 'kind', 'metadata', '__proto__', 'constructor'])
    expect('polluted' in {}).toBe(false)
  })

  test('are ordinary keys where they are merged', () => {
    expect(documentOf(`${head}x: {<<: {__proto__: {polluted: true}}}\n`).object['x']).not.toHaveProperty('polluted')
  })
})

describe('YAML values', () => {
  const anchors = (count: number) =>
    Array.from({ length: count }, (_, index) => `- &a${index} x\n- *a${index}\n`).join('')

  test('are read like Go programs read them', () => {
    const text = 'date: 2001-01-01\ntime: 12:30\nyes: yes\nmode: 0440\nhex: 0x10\nmerged: {<<: {a: 1}, b: 2}\n'
    expect(parseValues(text, 2)).toEqual([
      { date: '2001-01-01', time: '12:30', true: true, mode: 288, hex: 16, merged: { a: 1, b: 2 } }
    ])
  })

  test('are the same as in version 3 of the parser, except for yes and no', () => {
    expect(parseValues('a: [yes, n, off, true, 0440, 1:30, .]', 3)).toEqual([
      { a: ['yes', 'n', 'off', true, 288, '1:30', '.'] }
    ])
  })

  test('are read in time, however many aliases there are', () => {
    expect(parseValues(anchors(100), 2)).toEqual([Array(200).fill('x')])
    expect(() => parseValues(anchors(20_000), 2)).toThrow('it has more than 100 aliases')
  })

  test('are refused where maps are merged level by level, or in one list', () => {
    const keys = Array.from({ length: 20_000 }, (_, index) => `k${index}: `).join(',')
    const inside = `${'{<<: '.repeat(90)}{${keys}}${'}'.repeat(90)}`
    expect(() => parseValues(inside, 2)).toThrow(/^it has 90 times << among 20090 keys, which is too much$/)
    const chain = Array.from({ length: 90 }, (_, index) => `- &a${index + 1} {<<: *a${index}}\n`).join('')
    expect(() => parseValues(`- &a0 {${keys}}\n${chain}`, 2)).toThrow(/^it has 90 times << among 20090 keys/)
    const list = `a: &a {b: c}\nd: {e: f, <<: [${Array(20_000).fill('*a').join()}]}\n`
    expect(() => parseValues(list, 2)).toThrow('it has more than 100 aliases')
  })

  test('of empty documents are left out', () => {
    expect(parseValues('# nothing\n---\na: b\n---\n', 2)).toEqual([{ a: 'b' }])
    expect(parseValues('', 2)).toEqual([])
  })

  test.each([
    ['a tag', '!!binary aGk=', /it has the tag /],
    ['a tag that changes nothing', 'a: !!str b', /it has the tag /],
    ['a tag of its own', 'a: !mine 1', /it has the tag !mine/],
    ['half a list', 'a: [', /flow/i],
    // The parser has other words for it, but compares each key with each other.
    ['a key twice', 'a: b\na: c', /^map keys must be unique: a appears twice$/],
    ['aliases of many anchors', anchors(101), /^it has more than 100 aliases, the limit$/],
    ['too many bytes', '- '.repeat(2 ** 21), /^it has 4194304 bytes; the limit is 2097152$/]
  ])('are refused: %s', (_, text, message) => {
    expect(() => parseValues(text, 2)).toThrow(message)
  })
})
