import { expect, test } from '@jest/globals'
import type { Engine } from '../../../../src/core/redis/engine.ts'
import { type Guarded, refuseEngine } from '../../../../src/phases/guard/guard.ts'
import type { Running } from '../../../../src/phases/guard/running.ts'
import { failureOf } from '../../failure-of.ts'

const guarded = (engine: Engine | undefined, outlivesPod = true): Guarded => ({
  losses: [],
  notes: [],
  changes: ['pod template'],
  preparations: [],
  restart: { because: 'redis-0 would restart', hint: 'wait' },
  running: { engine } as Running,
  login: undefined,
  outlivesPod,
  keepsData: true
})
const [redis74, valkey8, redis72]: Engine[] = [
  { name: 'redis', version: [7, 4] },
  { name: 'valkey', version: [8, 0] },
  { name: 'redis', version: [7, 2] }
]

test('an engine that was started and cannot read the data of the running one is refused', () => {
  expect(failureOf(() => refuseEngine(guarded(redis74), valkey8 as Engine))).toMatchObject({
    code: 'data-at-risk',
    message: expect.stringMatching(
      /redis-0 would restart \(pod template\) as Valkey 8\.0, which cannot read the files that Redis 7\.4/
    )
  })
})

test.each([
  ['reads them', guarded(redis72), valkey8],
  ['finds none, because they go with the pod', guarded(redis74, false), valkey8],
  ['follows one that did not tell what it is', guarded(undefined), valkey8]
])('an engine that %s is not', (_what, before, after) => {
  expect(() => refuseEngine(before, after as Engine)).not.toThrow()
})
