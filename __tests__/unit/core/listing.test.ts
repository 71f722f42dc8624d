import { describe, expect, test } from '@jest/globals'
import { listed, mostInSentence } from '../../../src/core/listing.ts'

describe('the items of a sentence', () => {
  test.each<[string, string[], string, number | undefined, string]>([
    ['none', [], ', ', undefined, ''],
    ['as many as are named', ['a', 'b'], '; ', 2, 'a; b'],
    ['one more', ['a', 'b', 'c'], '; ', 2, 'a; b; and 1 more'],
    ['many', [...'abcdefg'], ', ', undefined, 'a, b, c, d, e, and 2 more']
  ])('are named up to a number: %s', (_, items, separator, most, text) => {
    expect(listed(items, separator, most)).toBe(text)
  })

  test('are five where nothing else is said', () => {
    expect(mostInSentence).toBe(5)
  })
})
