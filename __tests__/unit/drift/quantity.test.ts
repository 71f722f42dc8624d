import { describe, expect, test } from '@jest/globals'
import { sameQuantity } from '../../../src/drift/quantity.ts'
import fc from '../../support/fast-check.ts'

describe('one amount, written in two ways', () => {
  test.each([
    ['0.1', '100m'],
    ['1', '1000m'],
    ['1Gi', '1024Mi'],
    ['0.5Gi', '512Mi'],
    ['1.5Gi', '1610612736'],
    ['1e9', '1G'],
    ['1E3', '1k'],
    ['12e-1', '1200m'],
    ['.5', '500m'],
    ['1.', '1'],
    ['+5k', '5000'],
    ['-1', '-1000m'],
    ['0', '0Gi'],
    // The server rounds up to billionths.
    ['0.0000000001', '1n']
  ])('%s and %s', (a, b) => {
    expect(sameQuantity(a, b)).toBe(true)
    expect(sameQuantity(b, a)).toBe(true)
  })

  test('however large, to the last unit', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (amount) => {
        expect(sameQuantity(`${amount}Gi`, `${amount * 1024n}Mi`)).toBe(true)
        expect(sameQuantity(`${amount}`, `${amount * 1000n}m`)).toBe(true)
        expect(sameQuantity(`${amount}Gi`, `${amount * 1024n + 1n}Mi`)).toBe(false)
      })
    )
  })
})

test.each([
  ['another amount', '100m', '0.2'],
  ['powers of two and of ten', '1Gi', '1G'],
  ['no quantity, even twice the same', '512mb', '512mb'],
  ['nothing', '', ''],
  ['a sign alone', '-', '0'],
  ['a word that objects know', '1constructor', '1'],
  ['white space', ' 1', '1'],
  ['an enormous exponent', '1e999999999', '1e999999999']
])('not the same: %s', (_, a, b) => {
  expect(sameQuantity(a, b)).toBe(false)
})
