import { describe, expect, test } from '@jest/globals'
import { isGlob, matchesGlob } from '../../../../src/core/redis/config.ts'
import fc from '../../../support/fast-check.ts'

describe('a glob pattern', () => {
  test.each([
    ['a.conf', '*.conf', true],
    ['a.conf', 'a.conf', true],
    ['a.conf', '*', true],
    ['', '*', true],
    ['', '', true],
    ['a', '', false],
    ['', 'a', false],
    ['a.config', '*.conf', false],
    ['a-b-c', 'a*c', true],
    ['a-b-c', '*b*', true],
    ['a-b-c', '*b', false],
    ['ab', 'a?', true],
    ['a', 'a?', false],
    ['b1', '[a-c][0-9]', true],
    ['d1', '[a-c][0-9]', false],
    ['d', '[!a-c]', true],
    ['a', '[^a-c]', false],
    ['-', '[a-]', true],
    [']', '[]]', true],
    ['[', '[', true],
    ['*', '\\*', true],
    ['a', '\\*', false],
    ['.hidden', '*', false],
    ['.hidden', '.*', true]
  ])('name %j, pattern %j, matches: %s', (name, pattern, fits) => {
    expect(matchesGlob(name, pattern)).toBe(fits)
  })

  test('is matched in linear time, however many stars it has', () => {
    expect(matchesGlob('a'.repeat(253), `${'*a'.repeat(120)}*b`)).toBe(false)
    expect(matchesGlob('a', '*'.repeat(256))).toBe(false)
  })

  test('without special characters matches only the same name', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '.', '-', 'ü', '!') })
    fc.assert(
      fc.property(text, text, (name, other) => {
        expect(isGlob(name)).toBe(false)
        expect(matchesGlob(name, name)).toBe(true)
        expect(matchesGlob(name, other)).toBe(name === other)
      })
    )
  })
})
