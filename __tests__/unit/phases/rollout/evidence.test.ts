import { describe, expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { gatherEvidence } from '../../../../src/phases/rollout/evidence.ts'
import { play } from './fake-cluster.ts'
import { ended, event, pod, running, snapshot, statefulSet, terminated, waiting } from './shapes.ts'

async function gathered(redis: KubernetesObject | undefined, events: KubernetesObject[] = [], container?: string) {
  const { deps, logsAsked } = play([])
  const seen = snapshot({ pods: redis === undefined ? [] : [redis], events })
  const evidence = await gatherEvidence(seen, container, deps)
  return { evidence, logsAsked }
}

describe('the evidence of a failed rollout', () => {
  test('has states, events and the log before the restart for a crash loop', async () => {
    const crashing = waiting('CrashLoopBackOff', 'back-off 20s', { restarts: 3, last: ended('Error', 1) })
    const redis = pod({ statuses: [crashing, running({ name: 'metrics', restarts: 1 })] })
    const events = [
      event(redis, 'BackOff', 'Back-off restarting failed container', { count: 3 }),
      event(statefulSet(), 'SuccessfulCreate', 'create Pod redis-0', { type: 'Normal' }),
      event(pod({ name: 'other', uid: 'other' }), 'Unhealthy', 'of another pod')
    ]
    const { evidence } = await gathered(redis, events, 'redis')
    expect(evidence).toEqual([
      {
        title: 'Containers of redis-0',
        text:
          'redis: waiting (CrashLoopBackOff: back-off 20s), 3 restarts; before: Error, exit code 1\n' +
          'metrics: running, 1 restart'
      },
      {
        title: 'Events',
        text: 'Warning BackOff (3 times): Back-off restarting failed container\nNormal SuccessfulCreate: create Pod redis-0'
      },
      { title: 'Last lines of container redis, before its restart', text: 'last words of redis-0 redis previous' }
    ])
  })

  test.each([
    [
      'of the container that has the problem',
      [running(), running({ name: 'metrics' })],
      'metrics',
      ['redis-0 metrics']
    ],
    [
      'of the container that is not ready',
      [running(), running({ name: 'metrics', ready: false })],
      undefined,
      ['redis-0 metrics']
    ],
    ['of a container that ended once', [terminated(ended('Error', 1))], undefined, ['redis-0 redis']],
    [
      'of the run of now, where an earlier one has ended',
      [running({ ready: false, restarts: 1, last: ended('OOMKilled', 137) })],
      undefined,
      ['redis-0 redis']
    ],
    ['of no container, where none ran', [waiting('ErrImagePull', 'not found')], 'redis', []],
    ['of no container, where all are ready', [running()], undefined, []]
  ])('has the log %s', async (_, statuses, container, logs) => {
    const { logsAsked } = await gathered(pod({ statuses }), [], container)
    expect(logsAsked).toEqual(logs)
  })

  test('has state and log of an init container', async () => {
    const init = waiting('CrashLoopBackOff', 'back-off 10s', { name: 'prepare', restarts: 2, last: ended('Error', 7) })
    const redis = pod({ statuses: [waiting('PodInitializing')] })
    const withInit = { ...redis, status: { ...(redis['status'] as object), initContainerStatuses: [init] } }
    const { evidence, logsAsked } = await gathered(withInit)
    expect(evidence[0]?.text.split('\n')[0]).toBe(
      'prepare: waiting (CrashLoopBackOff: back-off 10s), 2 restarts; before: Error, exit code 7'
    )
    expect(logsAsked).toEqual(['redis-0 prepare previous'])
  })

  test('has the exit reason of a container', async () => {
    const { evidence } = await gathered(pod({ statuses: [terminated(ended('OOMKilled', 137), { restarts: 1 })] }))
    expect(evidence[0]?.text).toBe('redis: terminated (OOMKilled: exit code 137 (SIGKILL)), 1 restart')
  })

  test('has the events of the StatefulSet where there is no pod', async () => {
    const { evidence } = await gathered(undefined, [event(statefulSet(), 'FailedCreate', 'exceeded quota')])
    expect(evidence).toEqual([{ title: 'Events', text: 'Warning FailedCreate: exceeded quota' }])
  })

  test('has the latest twelve of many events', async () => {
    const redis = pod()
    const time = (minute: number) => `2026-11-23T05:${String(minute).padStart(2, '0')}:00Z`
    const events = Array.from({ length: 30 }, (_, minute) =>
      event(redis, 'E', `${minute}`, { lastTimestamp: time(minute) })
    )
    const { evidence } = await gathered(redis, events)
    expect(evidence.find(({ title }) => title === 'Events')?.text.split('\n')).toEqual(
      Array.from({ length: 12 }, (_, index) => `Warning E: ${index + 18}`)
    )
  })
})
