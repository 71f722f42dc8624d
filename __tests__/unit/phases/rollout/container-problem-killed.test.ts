import { describe, expect, test } from '@jest/globals'
import { containerProblem } from '../../../../src/phases/rollout/container-problem.ts'
import { ended, event, pod, terminated, waiting } from './shapes.ts'

// Ran from 05:37:23 on; events of this run are later.
const last = ended('Completed', 0, { startedAt: '2026-11-23T05:37:23Z', finishedAt: '2026-11-23T05:37:53Z' })
const status = waiting('CrashLoopBackOff', 'back-off 10s', { restarts: 2, last })
const redis = pod({ statuses: [status], ready: false })
const of = (reason: string, message: string, time: string, name = 'redis') =>
  event(redis, reason, message, {
    lastTimestamp: `2026-11-23T${time}Z`,
    involvedObject: { uid: redis.metadata.uid, fieldPath: `spec.containers{${name}}` }
  })
const kill = 'Container redis failed liveness probe, will be restarted'
const problemOf = (...events: ReturnType<typeof event>[]) => containerProblem(redis, status, events, 'team')

describe('a container killed by its probe', () => {
  test('is reported with the message of the probe', () => {
    const events = [
      of('Unhealthy', 'Readiness probe failed: LOADING', '05:37:50'),
      of('Unhealthy', 'Liveness probe failed: NOAUTH Authentication required.\n', '05:37:52'),
      of('Killing', kill, '05:37:52')
    ]
    expect(problemOf(...events)).toEqual({
      code: 'probe-failing',
      sentence:
        'container redis was killed because its liveness probe failed (3rd time): ' +
        'Liveness probe failed: NOAUTH Authentication required.',
      hint: 'correct the probe or what it checks; the last log lines of the container are below',
      toleranceMilliseconds: 0,
      container: 'redis'
    })
  })

  const busy = 'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.'
  const full = 'ERR max number of clients reached'
  const timedOut = 'Liveness probe failed: command timed out'
  test.each([
    ['a script that blocked it', [`Liveness probe failed: ${busy}`], /^a script blocked Redis \(BUSY\), not the probe/],
    [
      'clients up to maxclients',
      [`Liveness probe failed: ${full}`],
      /^as many clients as maxclients .*raise maxclients/
    ],
    ['a script that another probe met', [`Readiness probe failed: ${busy}`, timedOut], /^a script blocked Redis/],
    ['clients that another probe met', [`Readiness probe failed: ${full}`, timedOut], /^as many clients as maxclients/]
  ])('has the hint for its cause: %s', (_, messages, hint) => {
    const said = messages.map((message) => of('Unhealthy', message, '05:37:51'))
    expect(problemOf(...said, of('Killing', kill, '05:37:52'))).toMatchObject({
      code: 'probe-failing',
      hint: expect.stringMatching(hint)
    })
  })

  test('has no hint of what a probe met in an earlier run', () => {
    const earlier = of('Unhealthy', `Readiness probe failed: ${busy}`, '05:36:00')
    const now = of('Unhealthy', timedOut, '05:37:51')
    expect(problemOf(earlier, now, of('Killing', kill, '05:37:52'))?.hint).toMatch(/^correct the probe/)
  })

  test('is reported during startup with or without the message of the probe', () => {
    expect(problemOf(of('Killing', kill.replace('liveness', 'startup'), '05:37:52'))?.sentence).toBe(
      'container redis was killed because its startup probe failed (3rd time)'
    )
  })

  test.each([
    ['there are no events', []],
    ['an earlier run was killed', [of('Killing', kill, '05:36:00')]],
    ['another container was killed', [of('Killing', kill, '05:37:52', 'metrics')]],
    ['it was stopped for another reason', [of('Killing', 'Stopping container redis', '05:37:52')]]
  ])('is not assumed where %s', (_, events) => {
    expect(problemOf(...events)).toMatchObject({
      code: 'crash-loop',
      sentence: 'container redis exited with code 0 after 30.0 s (3rd time)'
    })
  })

  test.each([
    [0, 3_000],
    [137, 3_000],
    [143, 3_000],
    [1, 0]
  ])('is reported late: exit code %d is tolerated for %d ms', (code, tolerance) => {
    const crashed = terminated(ended('Error', code), { restarts: 1 })
    expect(containerProblem(redis, crashed, [], 'team')?.toleranceMilliseconds).toBe(tolerance)
  })
})
