import { expect, test } from '@jest/globals'
import { paceAfter } from '../../../../src/phases/rollout/snapshot.ts'
import fc from '../../../support/fast-check.ts'

test.each([
  ['no time', 0, 100, 1_500],
  ['a moment', 4_000, 100, 1_500],
  ['ten seconds', 10_000, 250, 1_500],
  ['half a minute', 30_000, 750, 3_750],
  ['a minute', 60_000, 1_000, 5_000],
  ['an hour', 3_600_000, 1_000, 5_000]
])('slows down after %s without a change', (_, quiet, look, events) => {
  expect(paceAfter(quiet)).toEqual({ look, events })
})

test('never pauses longer than a fortieth of the wait, or the minimum pause', () => {
  fc.assert(
    fc.property(fc.nat(10_000_000), (quiet) => {
      const { look, events } = paceAfter(quiet)
      return look >= 100 && look <= Math.max(100, quiet / 40) && events > look
    })
  )
})
