import { describe, expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { lastLookFailure } from '../../../../src/phases/rollout/last-look.ts'
import { ended, pod, running, waiting } from './shapes.ts'

const withRestarts = (restarts: number, last?: object): KubernetesObject =>
  pod({ ready: true, statuses: [running({ restarts, ...(last && { last }) })] })

describe('redis-0 serves as it was proven:', () => {
  test.each([
    ['nothing has changed', withRestarts(0), withRestarts(0)],
    ['its restarts are older than the run', withRestarts(3), withRestarts(3)]
  ])('%s', (_, first, now) => {
    expect(lastLookFailure(first, now, 'team')).toBeUndefined()
  })
})

describe('what became of redis-0 since it was proven:', () => {
  test.each<[string, KubernetesObject | undefined, string, string]>([
    ['gone', undefined, 'rollout-timeout', 'it has been deleted since'],
    [
      'replaced',
      pod({ uid: 'another' }),
      'rollout-timeout',
      'it has been deleted since, and another pod of its name was made'
    ],
    ['ending', pod({ deleting: true }), 'rollout-timeout', 'it is being deleted'],
    [
      'not Ready',
      pod({ statuses: [running({ ready: false })] }),
      'rollout-timeout',
      'it is not Ready any more: waiting for container redis to be ready'
    ],
    [
      'restarted, and Ready again',
      withRestarts(1, ended('Error', 1)),
      'crash-loop',
      'container redis has been restarted since, after exit code 1'
    ],
    [
      'out of memory, and Ready again',
      withRestarts(1, ended('OOMKilled', 137)),
      'oom-killed',
      'container redis has been restarted since, after it ran out of memory (OOMKilled)'
    ],
    [
      'restarted, and waiting for the next start',
      pod({ statuses: [waiting('CrashLoopBackOff', 'back-off', { restarts: 1, last: ended('Error', 3) })] }),
      'crash-loop',
      'container redis has been restarted since, after exit code 3'
    ]
  ])('%s', (_, now, code, words) => {
    expect(lastLookFailure(withRestarts(0), now, 'team')).toMatchObject({
      code,
      message: `pod redis-0 does not serve as it was proven: ${words}`,
      hint: expect.stringContaining('`kubectl -n team ')
    })
  })
})
