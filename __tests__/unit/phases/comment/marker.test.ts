import { describe, expect, test } from '@jest/globals'
import { compareRuns, isMarkable, isMarked, markers, runIn } from '../../../../src/phases/comment/marker.ts'
import fc from '../../../support/fast-check.ts'

const name = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/)
const run = fc.record({ id: fc.nat(10 ** 12), attempt: fc.nat(50) })

describe('the markers of a comment', () => {
  test('are two invisible lines', () => {
    expect(markers('staging', { id: 18273645, attempt: 2 })).toBe(
      '<!-- redis-cache-action: staging -->\n<!-- run 18273645, attempt 2 -->\n'
    )
  })

  test('are found again, and name the environment and the run that wrote it', () => {
    fc.assert(
      fc.property(name, name, run, fc.string(), fc.constantFrom('\n', '\r\n'), (one, other, written, text, end) => {
        const body = `${markers(one, written)}${text}`.replaceAll('\n', end)
        expect(isMarkable(one)).toBe(true)
        expect(isMarked(body, one)).toBe(true)
        expect(isMarked(body, other)).toBe(one === other)
        expect(runIn(body)).toEqual(written)
      })
    )
  })

  test.each([
    ['a marker in the second line', 'text\n<!-- redis-cache-action: staging -->'],
    ['a marker after a space', ' <!-- redis-cache-action: staging -->'],
    ['text behind the marker', '<!-- redis-cache-action: staging --> and text'],
    ['another environment that starts alike', '<!-- redis-cache-action: staging-2 -->'],
    ['an empty comment', '']
  ])('are not recognised in %s', (_, body) => {
    expect(isMarked(body, 'staging')).toBe(false)
  })

  test.each(['', 'Staging', 'a b', '-->', 'a-->', '-a', 'a-', 'a\nb', 'ä', 'a'.repeat(64)])(
    'cannot contain the name %j',
    (environment) => {
      expect(isMarkable(environment)).toBe(false)
    }
  )
})

describe('two runs', () => {
  test.each([
    ['a later run', { id: 1000, attempt: 1 }, { id: 999, attempt: 1 }],
    ['a later run, whatever the attempts', { id: 1000, attempt: 1 }, { id: 999, attempt: 9 }],
    ['a later attempt', { id: 7, attempt: 10 }, { id: 7, attempt: 9 }]
  ])('are ordered by number: %s', (_, newer, older) => {
    expect(compareRuns(newer, older)).toBeGreaterThan(0)
    expect(compareRuns(older, newer)).toBeLessThan(0)
    expect(compareRuns(newer, newer)).toBe(0)
  })

  test.each([
    ['edited away', '<!-- redis-cache-action: staging -->\ntext'],
    ['further below', '<!-- redis-cache-action: staging -->\ntext\n<!-- run 9, attempt 9 -->'],
    ['of too many digits', `<!-- redis-cache-action: staging -->\n<!-- run ${'9'.repeat(16)}, attempt 1 -->`]
  ])('are newer than a comment whose marker is %s', (_, body) => {
    expect(runIn(body)).toEqual({ id: 0, attempt: 0 })
  })
})
