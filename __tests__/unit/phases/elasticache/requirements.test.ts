import { describe, expect, test } from '@jest/globals'
import { parseRelaxed, requirements } from '../../../../src/phases/elasticache/requirements.ts'
import fc from '../../../support/fast-check.ts'

describe('the input elasticache-relax', () => {
  test.each([
    ['multi-az', ['multi-az']],
    ['multi-az,backups', ['multi-az', 'backups']],
    [' multi-az ,\n backups ', ['multi-az', 'backups']],
    ['backups, backups', ['backups']]
  ])('accepts %j', (text, expected) => {
    expect([...(parseRelaxed(text) ?? [])]).toEqual(expected)
  })

  test.each(['', ',', 'multi-az,', 'multi-az backups', 'Multi-AZ', 'all', 'multi-az,backup', 'toString'])(
    'refuses %j as a whole',
    (text) => {
      expect(parseRelaxed(text)).toBeUndefined()
    }
  )

  test('accepts every list of requirements and returns the ones it names', () => {
    fc.assert(
      fc.property(
        fc.subarray([...requirements], { minLength: 1 }),
        fc.constantFrom(',', ', ', ' ,'),
        (words, comma) => {
          expect(parseRelaxed(words.join(comma))).toEqual(new Set(words))
        }
      )
    )
  })

  test('never returns an unknown requirement', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const word of parseRelaxed(text) ?? []) expect(requirements).toContain(word)
      })
    )
  })
})
