import { describe, expect, test } from '@jest/globals'
import { Deadline } from '../../../src/core/deadline.ts'
import { Failure } from '../../../src/core/failure.ts'
import { type Observation, type VerdictTime, type Wait, type Waiting, waitUntilDone } from '../../../src/core/wait.ts'

type Seen = Observation<string, Waiting>

const missing = (waitingFor: string, more: Omit<Waiting, 'waitingFor'> = {}): Seen => ({
  waiting: { waitingFor, ...more }
})
const failing = (sentence: string, toleranceMilliseconds: number, code: Failure['code'] = 'image-pull'): Seen =>
  missing('a pod', { problem: { code, sentence, toleranceMilliseconds } })
const done: Seen = { done: 'ready' }

/** Waits by a clock that only sleeping moves, with a look a second, for what is seen from a time on. */
function play(scenes: readonly [from: number, seen: Seen][], timeout = 60_000) {
  let now = 0
  const controller = new AbortController()
  const looks: number[] = []
  const quiets: number[] = []
  const lines: [milliseconds: number, line: string][] = []
  const verdicts: [milliseconds: number, VerdictTime][] = []
  const clock = {
    now: () => now,
    async sleep(milliseconds: number, signal: AbortSignal) {
      signal.throwIfAborted()
      now += milliseconds
    }
  }
  const wait: Wait<string, Waiting> = {
    async look(quiet) {
      looks.push(now)
      quiets.push(quiet)
      return scenes.findLast(([from]) => from <= now)?.[1] ?? done
    },
    interval: (patience) => Math.min(1_000, patience),
    async verdict({ waitingFor }, time) {
      verdicts.push([now, time])
      return new Failure('internal', `no ${waitingFor}`, 'wait')
    }
  }
  const log = (line: string) => lines.push([now, line])
  const run = (changes: Partial<typeof wait> = {}) =>
    waitUntilDone({ ...wait, ...changes }, new Deadline(clock, timeout), { clock, signal: controller.signal, log })
  return { run, looks, quiets, lines, verdicts, controller, now: () => now }
}

describe('a wait that ends well', () => {
  test('returns what was found at the first look: nothing is logged, no time passes', async () => {
    const played = play([[0, done]])
    await expect(played.run()).resolves.toBe('ready')
    expect([played.looks, played.lines, played.now()]).toEqual([[0], [], 0])
  })

  test('logs what is missing once, and again when that changes', async () => {
    const played = play([
      [0, missing('a pod')],
      [3_000, missing('its container')],
      [5_000, missing('a pod')],
      [6_000, done]
    ])
    await expect(played.run()).resolves.toBe('ready')
    expect(played.lines).toEqual([
      [0, 'waiting for a pod'],
      [3_000, 'waiting for its container'],
      [5_000, 'waiting for a pod']
    ])
    expect(played.looks).toEqual([0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000])
  })

  test('tells each look for how long the log has said the same', async () => {
    const played = play([
      [0, missing('a pod')],
      [2_000, missing('its container')],
      [4_000, done]
    ])
    await played.run()
    expect(played.quiets).toEqual([0, 1_000, 2_000, 1_000, 2_000])
  })

  test('is done by the look at the deadline, too', async () => {
    const scenes: [number, Seen][] = [
      [0, missing('a pod')],
      [2_500, done]
    ]
    await expect(play(scenes, 2_500).run()).resolves.toBe('ready')
  })
})

describe('a problem', () => {
  test('is logged in the place of what is missing', async () => {
    const played = play([
      [0, failing('no such image', 5_000)],
      [1_000, done]
    ])
    await played.run()
    expect(played.lines).toEqual([[0, 'no such image']])
  })

  test('that cannot heal has its verdict at once, after it was logged', async () => {
    const played = play([[0, failing('no such image', 0)]])
    await expect(played.run()).rejects.toThrow('no a pod')
    expect(played.lines).toEqual([[0, 'no such image']])
    expect(played.verdicts).toEqual([[0, { last: false, lasted: 0 }]])
  })

  test('has its verdict when its tolerance is over, not at the next interval', async () => {
    const played = play([
      [0, missing('a pod')],
      [1_000, failing('no such image', 2_500)]
    ])
    await expect(played.run()).rejects.toThrow('no a pod')
    expect(played.verdicts).toEqual([[3_500, { last: false, lasted: 2_500 }]])
  })

  test('that went away in between has its tolerance again', async () => {
    const played = play([
      [0, failing('no such image', 2_500)],
      [2_000, missing('a pod')],
      [3_000, failing('no such image', 2_500)],
      [5_000, done]
    ])
    await expect(played.run()).resolves.toBe('ready')
  })

  test('of another code has a tolerance of its own; other words of the same have not', async () => {
    const words = play([
      [0, failing('no such image', 2_500)],
      [2_000, failing('no such tag', 2_500)],
      [4_000, done]
    ])
    await expect(words.run()).rejects.toThrow('no a pod')
    expect(words.now()).toBe(2_500)
    const code = play([
      [0, failing('no such image', 2_500)],
      [2_000, failing('no such key', 2_500, 'config-error')],
      [4_000, done]
    ])
    await expect(code.run()).resolves.toBe('ready')
  })
})

describe('a verdict', () => {
  test('comes at the deadline, also in the middle of an interval, after one more look', async () => {
    const played = play([[0, missing('a pod')]], 2_500)
    await expect(played.run()).rejects.toThrow('no a pod')
    expect(played.looks).toEqual([0, 1_000, 2_000, 2_500])
    expect(played.verdicts).toEqual([[2_500, { last: true, lasted: expect.any(Number) }]])
  })

  test('at the deadline is told for how long a problem lasted that was still tolerated', async () => {
    const played = play(
      [
        [0, missing('a pod')],
        [1_000, failing('no such image', 5_000)]
      ],
      2_500
    )
    await expect(played.run()).rejects.toThrow('no a pod')
    expect(played.verdicts).toEqual([[2_500, { last: true, lasted: 1_500 }]])
  })

  test('comes when the patience of the caller is over, without a problem', async () => {
    const played = play([
      [0, missing('a sync')],
      [3_000, missing('a sync', { patience: 0 })]
    ])
    await expect(played.run()).rejects.toThrow('no a sync')
    expect(played.verdicts).toEqual([[3_000, { last: false, lasted: expect.any(Number) }]])
  })

  test('that is none lets the wait go on with a look at once', async () => {
    let acted = 0
    const played = play([
      [0, missing('a pod', { patience: 0 })],
      [1, done]
    ])
    const verdict = async () => {
      acted += 1
      return undefined
    }
    const look = async (): Promise<Seen> => (acted === 0 ? missing('a pod', { patience: 0 }) : done)
    await expect(played.run({ look, verdict })).resolves.toBe('ready')
    expect([acted, played.now()]).toEqual([1, 0])
  })
})

describe('what was seen is refreshed', () => {
  /** Counts how often, and shows this then. */
  function refreshed(shown: Seen) {
    const times: string[] = []
    return {
      times,
      refresh: async ({ waitingFor }: Waiting) => {
        times.push(waitingFor)
        return shown
      }
    }
  }

  test('before a verdict, which is about what is seen then', async () => {
    const { times, refresh } = refreshed(missing('a node', { patience: 0 }))
    const played = play([[0, failing('no such image', 0)]])
    await expect(played.run({ refresh })).rejects.toThrow('no a node')
    expect(times).toEqual(['a pod'])
    expect(played.lines).toEqual([[0, 'waiting for a node']])
  })

  test('before the verdict at the deadline, and not with the looks before', async () => {
    const { times, refresh } = refreshed(missing('a node'))
    await expect(play([[0, missing('a pod')]], 2_500).run({ refresh })).rejects.toThrow('no a node')
    expect(times).toEqual(['a pod'])
  })

  test('and there is no verdict if that is tolerated', async () => {
    const { refresh } = refreshed(missing('a node that is being added'))
    const played = play([
      [0, failing('no node fits', 0)],
      [1_000, done]
    ])
    await expect(played.run({ refresh })).resolves.toBe('ready')
    expect(played.verdicts).toEqual([])
  })

  test('with each look that is outdated, although no verdict is due', async () => {
    const { times, refresh } = refreshed(missing('a node'))
    const played = play([
      [0, missing('a pod')],
      [1_000, missing('a pod', { isOutdated: true })],
      [2_000, done]
    ])
    await expect(played.run({ refresh })).resolves.toBe('ready')
    expect(times).toEqual(['a pod'])
    expect(played.lines).toEqual([
      [0, 'waiting for a pod'],
      [1_000, 'waiting for a node']
    ])
  })

  test('and is done then', async () => {
    const { refresh } = refreshed(done)
    await expect(play([[0, failing('no such image', 0)]]).run({ refresh })).resolves.toBe('ready')
  })
})

test.each([
  ['the problem', 400, 700],
  ['the caller', 700, 400]
])('the interval may depend on the least that is tolerated: here the time of %s', async (_, tolerance, patience) => {
  const problem = { code: 'image-pull', sentence: 'no such image', toleranceMilliseconds: tolerance } as const
  const patiences: number[] = []
  const played = play([
    [0, missing('a pod', { problem, patience })],
    [1, done]
  ])
  const interval = (least: number) => {
    patiences.push(least)
    return 1_000
  }
  await played.run({ interval })
  expect(patiences).toEqual([400])
})

test('a wait that is cancelled ends with the reason', async () => {
  const played = play([[0, missing('a pod')]])
  played.controller.abort(new Error('cancelled'))
  await expect(played.run()).rejects.toThrow('cancelled')
})

test('what a look throws ends the wait', async () => {
  const look = async () => Promise.reject(new Error('the API server is gone'))
  await expect(play([]).run({ look })).rejects.toThrow('the API server is gone')
})
