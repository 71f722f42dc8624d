import { describe, expect, test } from '@jest/globals'
import { podProblem } from '../../../../src/phases/rollout/pod-problem.ts'
import { ended, event, pod, running, snapshot } from './shapes.ts'

const unready = pod({ statuses: [running({ ready: false }), running({ name: 'metrics' })], ready: false })
const unhealthy = (message: string, more: object = {}) => event(unready, 'Unhealthy', message, more)
const problemOf = (...events: ReturnType<typeof event>[]) => podProblem(unready, snapshot({ pods: [unready], events }))

describe('a running Redis that fails its probes', () => {
  test.each([
    [
      'disk full',
      'Readiness probe failed: MISCONF Errors writing to the AOF file: No space left on device\n',
      'persistence-failing'
    ],
    [
      'another password',
      'Startup probe failed: WRONGPASS invalid username-password pair or user is disabled.\n',
      'redis-auth'
    ],
    ['no password read', 'Readiness probe failed: NOAUTH Authentication required.\n', 'redis-auth']
  ])('has a problem that cannot heal: %s', (_, message, code) => {
    const problem = problemOf(unhealthy(message, { count: 25 }))
    expect(problem).toMatchObject({ code, toleranceMilliseconds: 5_000 })
    expect(problem?.sentence).toContain(message.trim())
  })

  test.each([
    ['it loads its data', 'Startup probe failed: LOADING Redis is loading the dataset in memory\n'],
    ['it is slow', 'Readiness probe failed: command timed out: "/bin/sh" timed out after 3s']
  ])('may need time: %s', (_, message) => {
    expect(problemOf(unhealthy(message))).toBeUndefined()
  })

  test.each([
    [
      'a script blocks it',
      'Readiness probe failed: BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
      5_000,
      /^a script blocks Redis in pod redis-0/,
      'SCRIPT KILL'
    ],
    [
      'it has no room for the probe',
      'Readiness probe failed: ERR max number of clients reached',
      15_000,
      /as many as maxclients/,
      'maxclients'
    ],
    [
      'nothing listens',
      'Startup probe failed: Could not connect to Redis at 127.0.0.1:6379: Connection refused\n',
      15_000,
      /^nothing listens on port 6379 in container redis: /,
      'command of container redis'
    ],
    [
      'nothing listens on another port, where a probe of its own asks',
      'Readiness probe failed: dial tcp 10.244.0.7:6380: connect: connection refused',
      15_000,
      /^nothing listens where the probe of pod redis-0 asks: /,
      'command of container redis'
    ],
    [
      'it speaks TLS alone',
      'Readiness probe failed: Error: Connection reset by peer',
      30_000,
      /as it does where it speaks TLS alone/,
      'redis-cli --tls'
    ]
  ])('is told apart, and given a while: %s', (_, message, tolerance, sentence, hint) => {
    expect(problemOf(unhealthy(message))).toMatchObject({
      code: 'probe-failing',
      sentence: expect.stringMatching(sentence),
      hint: expect.stringContaining(hint),
      toleranceMilliseconds: tolerance
    })
  })

  test('is not yet told where its script may still prepare the start, nor by a probe of an earlier run', () => {
    const startedAt = '2026-11-23T05:50:00Z'
    const started = pod({
      statuses: [{ ...running({ ready: false }), state: { running: { startedAt } } }],
      ready: false
    })
    const saidAt = (time: string) => {
      const message = 'Startup probe failed: Could not connect to Redis at 127.0.0.1:6379: Connection refused'
      const refused = event(started, 'Unhealthy', message, { lastTimestamp: `2026-11-23T${time}Z` })
      return podProblem(started, snapshot({ pods: [started], events: [refused] }))?.code
    }
    expect(['05:49:00', '05:50:14', '05:50:16'].map(saidAt)).toEqual([undefined, undefined, 'probe-failing'])
  })

  test('is not what a probe of the exporter says', () => {
    const involvedObject = { kind: 'Pod', name: 'redis-0', fieldPath: 'spec.containers{metrics}' }
    const message = 'Liveness probe failed: dial tcp 10.1.2.3:9121: connect: connection refused'
    const about = unhealthy(message)
    const own = Object(about).involvedObject
    expect(
      problemOf(unhealthy(message, { involvedObject: { ...own, ...involvedObject, uid: own?.uid } }))
    ).toBeUndefined()
  })

  test('is judged by its probe message, not by the end of an earlier run', () => {
    const last = ended('OOMKilled', 137)
    const again = pod({ statuses: [running({ ready: false, restarts: 1, last })], ready: false })
    const full = event(again, 'Unhealthy', 'Readiness probe failed: MISCONF Errors writing to the AOF file')
    expect(podProblem(again, snapshot({ pods: [again], events: [full] }))?.code).toBe('persistence-failing')
  })

  test('is judged by the latest probe message', () => {
    const full = unhealthy('Readiness probe failed: MISCONF Errors writing to the AOF file', {
      lastTimestamp: '2026-11-23T05:30:00Z'
    })
    const loading = unhealthy('Startup probe failed: LOADING Redis is loading the dataset in memory', {
      lastTimestamp: '2026-11-23T05:40:00Z'
    })
    expect(problemOf(loading, full)).toBeUndefined()
  })
})
