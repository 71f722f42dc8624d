import { describe, expect, test } from '@jest/globals'
import { Deadline } from '../../../../../src/core/deadline.ts'
import type { KubernetesObject } from '../../../../../src/core/kubernetes/object.ts'
import type { RehearsalDeps } from '../../../../../src/phases/rollout/rehearsal/deps.ts'
import { untilReady } from '../../../../../src/phases/rollout/rehearsal/wait.ts'
import { play, type Scene } from '../fake-cluster.ts'
import { ended, event, pod, running, terminated } from '../shapes.ts'

const named = (shape: Parameters<typeof pod>[0] = {}) => pod({ name: 'redis-rehearsal', ...shape })
const unready = (more: object = {}) => named({ ready: false, statuses: [running({ ready: false, ...more })] })

/** Waits for the pod of these scenes; the last pod of each is the one that is read. */
function waiting(scenes: readonly Scene[], timeout = 60_000): Promise<KubernetesObject> {
  const { deps, clock } = play(scenes)
  const absent = () => Promise.reject(new Error('not called'))
  const rehearsal: RehearsalDeps = {
    ...deps,
    cluster: {
      ...deps.cluster,
      read: async () => (await deps.cluster.listPods('team', {}))[0],
      apply: absent,
      delete: absent
    },
    cleaning: { read: absent, delete: absent },
    grantFor: () => undefined,
    secret: () => {},
    note: () => {}
  }
  return untilReady(named(), 'team', new Deadline(clock, timeout), rehearsal)
}

test('a pod that is Ready is returned', async () => {
  await expect(
    waiting([
      { from: 0, pods: [unready()] },
      { from: 900, pods: [named()] }
    ])
  ).resolves.toEqual(named())
})

describe('a pod that would not do as redis-0', () => {
  test('is refused though it is Ready, if a container was restarted', async () => {
    const restarted = running({ restarts: 1, last: ended('OOMKilled', 137) })
    await expect(waiting([{ from: 0, pods: [named({ ready: true, statuses: [restarted] })] }])).rejects.toMatchObject({
      code: 'oom-killed',
      message: expect.stringMatching(/^pod redis-rehearsal: container redis has been restarted/)
    })
  })

  test('is refused for its container, with the log of it', async () => {
    const crashed = named({ ready: false, statuses: [terminated(ended('Error', 1), { restarts: 1 })] })
    await expect(waiting([{ from: 0, pods: [crashed] }])).rejects.toMatchObject({
      code: 'crash-loop',
      message: 'pod redis-rehearsal: container redis exited with code 1 right after starting (2nd time)',
      hint: 'read its last log lines below',
      evidence: expect.arrayContaining([expect.objectContaining({ title: 'Containers of redis-rehearsal' })])
    })
  })

  test('is refused at the deadline with what its probe says', async () => {
    const late = unready({ started: false })
    const events = [event(late, 'Unhealthy', 'Startup probe failed: the cache is cold')]
    await expect(waiting([{ from: 0, pods: [late], events }], 20_000)).rejects.toMatchObject({
      code: 'probe-failing',
      message: expect.stringMatching(
        /^pod redis-rehearsal: after 20.0 s still waiting for container redis to pass its startup probe: .*the cache is cold/
      )
    })
  })

  test('is refused after the tolerance of a rollout, if its labels of nodes fit nowhere', async () => {
    const lost = named({
      unschedulable: "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."
    })
    await expect(waiting([{ from: 0, pods: [lost] }])).rejects.toMatchObject({
      code: 'unschedulable',
      message: expect.stringMatching(/\(seen for 4\d\.\d s\)$/)
    })
  })
})

describe('nothing is known where', () => {
  test.each<[string, Scene, RegExp]>([
    [
      'a second pod has no room',
      { from: 0, pods: [named({ unschedulable: '0/1 nodes are available: 1 Insufficient memory.' })] },
      /^there is no room for a second pod beside redis-0: .*Insufficient memory/
    ],
    ['another client deletes the pod', { from: 0, pods: [] }, /^another client removed Pod\/redis-rehearsal/],
    ['another pod has its name', { from: 0, pods: [named({ uid: 'another' })] }, /^another client removed/],
    [
      'the node evicts the pod',
      {
        from: 0,
        pods: [{ ...named({ ready: false }), status: { phase: 'Failed', reason: 'Evicted', message: 'low on memory' } }]
      },
      /no room for a second pod beside redis-0: Evicted: low on memory/
    ],
    [
      'the password is not that of the Secret',
      {
        from: 0,
        pods: [unready()],
        events: [event(named(), 'Unhealthy', 'Startup probe failed: WRONGPASS invalid username-password pair')]
      },
      /^its password is not taken from the Secret alone: Redis in pod redis-rehearsal rejects the password/
    ]
  ])('%s', async (_what, scene, says) => {
    await expect(waiting([scene])).rejects.toMatchObject({ name: 'NotRehearsed', message: expect.stringMatching(says) })
  })
})
