import { describe, expect, test } from '@jest/globals'
import { aligned } from '../../../src/core/text-diff.ts'
import fc from '../../support/fast-check.ts'

const same = (one: string, other: string) => one === other
const steps = (before: string, after: string) =>
  aligned([...before], [...after], same).map((step) => `${step.before ?? '-'}${step.after ?? '-'}`)

describe('a diff of two sequences', () => {
  test.each<[string, string, string, string[]]>([
    ['equal sequences', 'ab', 'ab', ['aa', 'bb']],
    ['an insertion', 'ac', 'abc', ['aa', '-b', 'cc']],
    ['a removal', 'abc', 'ac', ['aa', 'b-', 'cc']],
    ['a replacement, the old one first', 'abc', 'axc', ['aa', 'b-', '-x', 'cc']],
    ['nothing before', '', 'a', ['-a']],
    ['nothing after', 'a', '', ['a-']],
    ['nothing at all', '', '', []]
  ])('lists what is kept, removed and added: %s', (_, before, after, expected) => {
    expect(steps(before, after)).toEqual(expected)
  })

  test('keeps the common start and end of two long sequences', () => {
    const long = (name: string) => ['first', ...Array.from({ length: 2000 }, (_, index) => `${name}${index}`), 'last']
    const found = aligned(long('a'), long('b'), same)
    expect(found).toHaveLength(4002)
    expect(found[0]).toEqual({ before: 'first', after: 'first' })
    expect(found[1]).toEqual({ before: 'a0', after: undefined })
    expect(found.at(-2)).toEqual({ before: undefined, after: 'b1999' })
    expect(found.at(-1)).toEqual({ before: 'last', after: 'last' })
  })

  test('handles two long sequences of which one is a prefix of the other', () => {
    const long = (count: number) => Array.from({ length: count }, (_, index) => `${index}`)
    const found = aligned(long(10), long(3000), same)
    expect(found.filter(({ before }) => before !== undefined)).toHaveLength(10)
    expect(found.map(({ after }) => after)).toEqual(long(3000))
    expect(aligned(['a'], Array<string>(3000).fill('a'), same).filter(({ before }) => before === 'a')).toHaveLength(1)
  })
})

test('allows both sequences to be rebuilt from its steps', () => {
  const sequence = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 40 })
  fc.assert(
    fc.property(sequence, sequence, (before, after) => {
      const found = aligned(before, after, same)
      expect(found.flatMap((step) => step.before ?? [])).toEqual(before)
      expect(found.flatMap((step) => step.after ?? [])).toEqual(after)
      for (const step of found)
        expect([step.after, undefined].includes(step.before) || step.after === undefined).toBe(true)
    })
  )
})
