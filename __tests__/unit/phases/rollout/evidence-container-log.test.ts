import { describe, expect, test } from '@jest/globals'
import { Failure, type FailureCode } from '../../../../src/core/failure.ts'
import type { RolloutDeps } from '../../../../src/phases/rollout/deps.ts'
import { containerLog } from '../../../../src/phases/rollout/evidence.ts'
import { play } from './fake-cluster.ts'
import { ended, pod, running, waiting } from './shapes.ts'

const crashed = pod({ statuses: [waiting('CrashLoopBackOff', 'back-off', { restarts: 3, last: ended('Error', 1) })] })
type ReadLog = RolloutDeps['cluster']['readLog']

async function logWith(readLog: ReadLog, code: FailureCode = 'internal') {
  const { deps } = play([])
  const cluster = { ...deps.cluster, readLog }
  const toFailure: RolloutDeps['toFailure'] = (error, { verb, object, namespace }) =>
    new Failure(code, `cannot ${verb} ${object} in namespace ${namespace}: ${error}`, 'grant it')
  return containerLog(crashed, undefined, 'team', { cluster, toFailure })
}

/** A log that refuses, and how often it was asked for. */
function refusing() {
  const asked: boolean[] = []
  const readLog: ReadLog = async (_namespace, _pod, _container, previous) => {
    asked.push(previous)
    throw new Error('no')
  }
  return { asked, readLog }
}

describe('a log that cannot be read', () => {
  const cannot = 'cannot read the log of Pod/redis-0 in namespace team: Error: no'
  test.each<[FailureCode, string]>([
    ['forbidden', `${cannot}\ngrant it`],
    ['unauthorized', `${cannot}\ngrant it`],
    ['cluster-unreachable', cannot]
  ])('is reported for %s without a further request', async (code, text) => {
    const { asked, readLog } = refusing()
    expect(await logWith(readLog, code)).toEqual([{ title: 'No log of container redis', text }])
    expect(asked).toEqual([true])
  })

  test('is not reported if it does not exist, and the log of the other run is requested', async () => {
    const { asked, readLog } = refusing()
    expect(await logWith(readLog, 'invalid-manifest')).toEqual([])
    expect(asked).toEqual([true, false])
  })

  test('is not reported if the other run has a log', async () => {
    const log = await logWith(async (_namespace, _pod, _container, previous) => {
      if (previous) throw new Error('previous terminated container not found')
      return 'last words'
    }, 'invalid-manifest')
    expect(log).toEqual([{ title: 'Last lines of container redis', text: 'last words' }])
  })

  test.each(['', 'unable to retrieve container logs for containerd://x'])(
    'is left out if its text is %j',
    async (text) => {
      expect(await logWith(async () => text)).toEqual([])
    }
  )

  test('is reported as a timeout, and the request is aborted', async () => {
    const log = await logWith(
      (_namespace, _pod, _container, _previous, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
        }),
      'cluster-unreachable'
    )
    expect(log).toEqual([
      { title: 'No log of container redis', text: expect.stringMatching(/^no answer within 2\.5 s: .*kubelet/) }
    ])
  })
})

test('a container that has never run has none', async () => {
  const { deps, logsAsked } = play([])
  const creating = pod({ statuses: [waiting('ContainerCreating'), running({ name: 'metrics' })] })
  expect(await containerLog(creating, undefined, 'team', deps)).toEqual([])
  expect(logsAsked).toEqual([])
})
