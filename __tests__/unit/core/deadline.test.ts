import { expect, test } from '@jest/globals'
import { Deadline } from '../../../src/core/deadline.ts'

test('a deadline counts from its creation', () => {
  let now = 1_000
  const deadline = new Deadline({ now: () => now, sleep: async () => {} }, 300)
  const seen = () => [deadline.elapsed, deadline.remaining, deadline.passed]
  expect(seen()).toEqual([0, 300, false])
  now = 1_299
  expect(seen()).toEqual([299, 1, false])
  now = 1_300
  expect(seen()).toEqual([300, 0, true])
  now = 5_000
  expect(seen()).toEqual([4_000, 0, true])
  expect(deadline.milliseconds).toBe(300)
})
