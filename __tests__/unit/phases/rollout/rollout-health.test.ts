import { describe, expect, test } from '@jest/globals'
import { Failure } from '../../../../src/core/failure.ts'
import { health } from '../../../../src/phases/rollout/rollout.ts'
import { type Played, play, type Scene } from './fake-cluster.ts'
import { ended, event, pod, revisions, running, statefulSet, waiting } from './shapes.ts'

async function failed({ deps }: Played): Promise<Failure> {
  const outcome = await health('team', deps).catch((error: unknown) => error)
  if (outcome instanceof Failure) return outcome
  throw new Error(`no failure: ${String(outcome)}`)
}

/** What is true now, and would be better a moment later. */
const now = (scene: Omit<Scene, 'from'>) =>
  play([
    { from: 0, ...scene },
    { from: 1, pods: [pod()] }
  ])
const unready = (status: object) => pod({ statuses: [status], ready: false })
const noNode = pod({ unschedulable: '0/1 nodes are available: 1 Insufficient memory.' })
const crashed = unready(waiting('CrashLoopBackOff', 'back-off', { last: ended('Error', 1), restarts: 3 }))

test('returns the revision of a Ready redis-0 with two requests and without listing events', async () => {
  const played = now({ pods: [pod()] })
  await expect(health('team', played.deps)).resolves.toMatchObject({ revision: revisions.update })
  expect([played.eventsAsked, played.logsAsked, played.lines]).toEqual([[], [], []])
})

describe('a redis-0 that is not Ready', () => {
  test.each<[string, Omit<Scene, 'from'>, string, RegExp]>([
    ['a broken image', { pods: [unready(waiting('ErrImagePull', 'no such host'))] }, 'image-pull', /cannot be pulled/],
    ['a container that crashed', { pods: [crashed] }, 'crash-loop', /./],
    ['no node', { pods: [noNode] }, 'unschedulable', /./],
    [
      'a pod that starts',
      { pods: [unready(waiting('ContainerCreating'))] },
      'rollout-timeout',
      /^redis-0 is not Ready now: waiting for container redis to start$/
    ],
    [
      'a probe that fails',
      {
        pods: [unready(running({ ready: false, started: true }))],
        events: [event(pod(), 'Unhealthy', 'Readiness probe failed: no answer')]
      },
      'probe-failing',
      /waiting for container redis to be ready.*no answer/
    ],
    [
      'a Redis that loads its data',
      {
        pods: [unready(running({ ready: false, started: false }))],
        events: [event(pod(), 'Unhealthy', 'Startup probe failed: LOADING Redis is loading')]
      },
      'redis-loading',
      /waiting for container redis to pass its startup probe; .*LOADING/
    ],
    [
      'a pod of an older revision that is not Ready',
      { pods: [pod({ revision: revisions.old, ready: false, statuses: [running({ ready: false })] })] },
      'stuck-revision',
      /waiting for pod redis-0 of the old revision \S+ to be Ready; .*#67250/
    ],
    [
      'a pod that ends',
      { pods: [pod({ deleting: true })], events: [event(pod(), 'Unhealthy', 'Readiness probe failed: no')] },
      'rollout-timeout',
      /^redis-0 is not Ready now: waiting for the old pod redis-0 to terminate$/
    ],
    ['no pod', { pods: [] }, 'rollout-timeout', /^redis-0 is not Ready now: waiting for pod redis-0 to be created$/],
    [
      'an older revision',
      { pods: [pod({ revision: revisions.old })] },
      'rollout-timeout',
      /to be replaced by one of revision/
    ],
    [
      'a controller that is behind',
      { statefulSet: statefulSet({ generation: 2, observed: 1 }), pods: [pod()] },
      'rollout-timeout',
      /generation 2/
    ]
  ])('fails at once, even if it may heal: %s', async (_, scene, code, sentence) => {
    const played = now(scene)
    const failure = await failed(played)
    expect(failure).toMatchObject({ code, message: expect.stringMatching(sentence) })
    expect(played.clock.now()).toBe(0)
    expect(played.eventsAsked).toEqual([0])
  })
})

test('suggests to watch a Redis that loads its data, not to raise the timeout', async () => {
  const pods = [unready(running({ ready: false, started: false }))]
  const failure = await failed(now({ pods, events: [event(pod(), 'Unhealthy', 'Startup probe failed: LOADING')] }))
  expect(failure.hint).toBe('watch it: `kubectl -n team logs redis-0 -c redis --follow`')
})

test('collects states, events and logs as evidence', async () => {
  const failure = await failed(now({ pods: [crashed], events: [event(pod(), 'BackOff', 'Back-off restarting')] }))
  const titles = failure.evidence.map(({ title }) => title)
  expect(titles).toEqual(['Containers of redis-0', 'Events', expect.stringMatching(/^Last lines of container redis/)])
})

test('passes on a refusal of the API server', async () => {
  const played = play([{ from: 0 }], { fault: () => new Error('no right') })
  expect(await failed(played)).toMatchObject({ code: 'cluster-unreachable' })
})

test('tells restarts that are history, and passes', async () => {
  const last = ended('OOMKilled', 137)
  const played = now({ pods: [pod({ ready: true, statuses: [running({ restarts: 1, last })] })] })
  await expect(health('team', played.deps)).resolves.toMatchObject({
    notes: [
      expect.stringMatching(/that were restarted before this run, and run since: container redis once, last after/)
    ]
  })
})

test('finds the pod without its label that stands in for redis-0', async () => {
  const made = pod({ owner: null })
  const labels = { 'statefulset.kubernetes.io/pod-name': 'redis-0' }
  const namesake = { ...made, metadata: { ...made.metadata, labels } }
  const failure = await failed(now({ pods: [], namesake }))
  expect(failure).toMatchObject({
    code: 'stuck-revision',
    message: expect.stringContaining('lacks the label app.kubernetes.io/name=redis')
  })
})
