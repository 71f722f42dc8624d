import { expect, test } from '@jest/globals'
import type { Clock } from '../../../../src/core/clock.ts'
import { Deadline } from '../../../../src/core/deadline.ts'
import { prepare } from '../../../../src/phases/prepare/prepare.ts'

/** A clock whose waits take no time. */
class StoppedClock implements Clock {
  #now = 0
  now(): number {
    return this.#now
  }
  async sleep(milliseconds: number): Promise<void> {
    this.#now += milliseconds
  }
}

const clock = () => new StoppedClock()

/** Prepares a Redis that says this to INFO, one after the other; the last one stays. */
async function preparing(...said: string[]) {
  const log: string[] = []
  const calls: string[] = []
  const time = clock()
  const run = prepare(
    {
      login: { password: undefined },
      restart: { because: 'redis-0 would restart', hint: 'wait until it says loading:0' },
      preparations: [],
      keepsData: false
    },
    new Deadline(time, 60_000),
    {
      openTunnel: async () => ({ port: 1, problem: undefined, [Symbol.asyncDispose]: async () => {} }),
      openRedis: async () => ({
        async call(command) {
          calls.push(command)
          return said.length > 1 ? said.shift() : said[0]
        },
        [Symbol.asyncDispose]: async () => {}
      }),
      isReply: () => false,
      clock: time,
      signal: new AbortController().signal,
      note: () => {},
      log: (line) => void log.push(line)
    }
  )
  return { prepared: await run, log, calls }
}

test('a Redis that rewrites its append-only file is waited for: it would refuse to end', async () => {
  const rest = 'loading:0\r\naof_rewrite_in_progress:0\r\ndb0:keys=7,expires=0'
  const { prepared, log } = await preparing('aof_rewrite_in_progress:1', 'aof_rewrite_in_progress:1', rest)
  expect(prepared.keysBefore).toBe(7)
  expect(log).toEqual(['waiting for Redis: aof_rewrite_in_progress:1'])
})

test('a Redis that does not come to rest is not replaced', async () => {
  await expect(preparing('loading:1')).rejects.toMatchObject({
    code: 'data-at-risk',
    message:
      'nothing was written because data would be lost: redis-0 would restart, and after 1 min Redis still says ' +
      'loading:1; redis-0 was not touched',
    hint: 'wait until it says loading:0'
  })
})
