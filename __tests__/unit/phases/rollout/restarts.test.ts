import { describe, expect, test } from '@jest/globals'
import { restartNote, restartProblem } from '../../../../src/phases/rollout/restarts.ts'
import { ended, pod, running, terminated } from './shapes.ts'

/** The shapes began to run at 05:36:44 on that day. */
const [soon, weeksLater] = [new Date('2026-11-23T05:37:00Z'), new Date('2026-12-14T05:37:00Z')]
const brief = ended('Error', 1, { startedAt: '2026-11-23T05:36:10Z', finishedAt: '2026-11-23T05:36:13Z' })
const long = ended('OOMKilled', 137, { startedAt: '2026-11-22T05:36:00Z', finishedAt: '2026-11-23T05:36:40Z' })
const having = (restarts: number, last?: object, name = 'redis') =>
  pod({ ready: true, statuses: [running({ name, restarts, ...(last && { last }) })] })

describe('a restart is no success', () => {
  test('during the run, of any container', () => {
    expect(restartProblem(having(2, long, 'metrics'), having(1, long, 'metrics'), weeksLater, 'team')).toEqual({
      code: 'oom-killed',
      sentence: 'container metrics has been restarted during this run, after it ran out of memory (OOMKilled)',
      hint:
        'raise the memory limit of container metrics in the manifests; its last words: ' +
        '`kubectl -n team logs redis-0 -c metrics --previous`',
      toleranceMilliseconds: 0,
      container: 'metrics'
    })
  })

  test('of a pod that was made during the run', () => {
    expect(restartProblem(having(1, brief), undefined, weeksLater, 'team')).toMatchObject({
      code: 'crash-loop',
      sentence: 'container redis has been restarted during this run, after exit code 1'
    })
  })

  test('for the second time after a brief run, while the present one is no longer', () => {
    const flapping = having(2, brief)
    expect(restartProblem(flapping, flapping, soon, 'team')).toMatchObject({
      code: 'crash-loop',
      sentence: 'container redis was restarted 2 times, and its last run took 3.0 s, after exit code 1'
    })
  })
})

describe('a restart is history', () => {
  test.each([
    ['where it ran for weeks since', having(7, brief), weeksLater],
    ['where the last run took long', having(7, long), soon],
    ['for the first time', having(1, brief), soon],
    ['where nobody knows how the last run ended', having(7), soon]
  ])('%s', (_, now, date) => {
    expect(restartProblem(now, now, date, 'team')).toBeUndefined()
    expect(restartNote(now)).toContain('container redis')
  })

  test('of an init container that was tried until it finished', () => {
    const done = terminated(ended('Completed', 0), { name: 'wait', restarts: 3, last: brief })
    const now = pod()
    const withInit = { ...now, status: { ...Object(now['status']), initContainerStatuses: [done] } }
    expect(restartProblem(withInit, undefined, soon, 'team')).toBeUndefined()
    expect(restartNote(withInit)).toContain('container wait 3 times')
  })

  test('and is told with its reason and time', () => {
    expect(restartNote(having(1, long))).toBe(
      'Containers of pod redis-0 that were restarted before this run, and run since: container redis once, last after ' +
        'it ran out of memory (OOMKilled) at 2026-11-23T05:36:40Z.'
    )
    expect(restartNote(having(0))).toBeUndefined()
  })
})
