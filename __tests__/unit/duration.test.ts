import { describe, expect, test } from '@jest/globals'
import { formatDuration, parseDuration } from '../../src/duration.ts'
import fc from '../support/fast-check.ts'

describe('a duration', () => {
  test.each([
    ['5m', 300_000],
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['1h', 3_600_000],
    ['1h2m3s', 3_723_000],
    ['0h5m', 300_000],
    ['007s', 7_000]
  ])('%s is %d ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds)
  })

  test.each([
    ['nothing', ''],
    ['no unit', '300'],
    ['zero', '0s'],
    ['zero in all units', '0h0m0s'],
    ['a negative number', '-5m'],
    ['a sign', '+5m'],
    ['a fraction', '1.5h'],
    ['a unit without a number', 'm'],
    ['the wrong order', '30s5m'],
    ['the same unit twice', '5m5m'],
    ['an unknown unit', '5d'],
    ['milliseconds', '500ms'],
    ['white space', '5 m'],
    ['capital letters', '5M'],
    ['a second line', '5m\n'],
    ['more than a number can hold', '99999999999999999h']
  ])('%s is refused', (_, text) => {
    expect(parseDuration(text)).toBeUndefined()
  })

  test('is the sum of its parts', () => {
    const part = fc.nat({ max: 100_000 })
    fc.assert(
      fc.property(part, part, fc.integer({ min: 1, max: 100_000 }), (hours, minutes, seconds) => {
        expect(parseDuration(`${hours}h${minutes}m${seconds}s`)).toBe((hours * 3600 + minutes * 60 + seconds) * 1000)
      })
    )
  })

  test('is a positive whole number of milliseconds or refused, whatever is written', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('0', '1', '9', 'h', 'm', 's', '.', '-') }))
    fc.assert(
      fc.property(text, (written) => {
        const milliseconds = parseDuration(written)
        return milliseconds === undefined || (Number.isSafeInteger(milliseconds) && milliseconds > 0)
      })
    )
  })
})

describe('milliseconds as a person says them', () => {
  test.each([
    [0, '0 ms'],
    [85, '85 ms'],
    [100, '0.1 s'],
    [1_700, '1.7 s'],
    [59_900, '59.9 s'],
    [59_999, '1 min'],
    [60_000, '1 min'],
    [125_000, '2 min 5 s'],
    [300_000, '5 min'],
    [3_600_000, '60 min']
  ])('%d is %s', (milliseconds, words) => {
    expect(formatDuration(milliseconds)).toBe(words)
  })

  test('are never 60 of a unit that has a bigger one', () => {
    fc.assert(
      fc.property(fc.nat({ max: 86_400_000 }), (milliseconds) => !/\b60(\.0)? s/.test(formatDuration(milliseconds)))
    )
  })
})
