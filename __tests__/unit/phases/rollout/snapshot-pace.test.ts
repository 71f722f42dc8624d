import { expect, test } from '@jest/globals'
import { paceAfter } from '../../../../src/phases/rollout/snapshot.ts'
import fc from '../../../support/fast-check.ts'

test.each([
  ['at once', 0, 100, 1_500],
  ['after a moment', 4_000, 100, 1_500],
  ['after ten seconds', 10_000, 250, 1_500],
  ['after half a minute', 30_000, 750, 3_750],
  ['after a minute, and from then on', 60_000, 1_000, 5_000],
  ['after an hour', 3_600_000, 1_000, 5_000]
])('%s of quiet', (_, quiet, look, events) => {
  expect(paceAfter(quiet)).toEqual({ look, events })
})

test('a look is never further away than a fortieth of the wait, or the shortest pause', () => {
  fc.assert(
    fc.property(fc.nat(10_000_000), (quiet) => {
      const { look, events } = paceAfter(quiet)
      return look >= 100 && look <= Math.max(100, quiet / 40) && events > look
    })
  )
})
