import { describe, expect, test } from '@jest/globals'
import { Deadline } from '../../../../src/core/deadline.ts'
import { Failure } from '../../../../src/core/failure.ts'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { rollout } from '../../../../src/phases/rollout/rollout.ts'
import { type Played, play } from './fake-cluster.ts'
import { ended, event, pod, revisions, running, statefulSet, terminated, waiting } from './shapes.ts'

const minutes = 60_000
const run = ({ deps, clock }: Played, timeout = 5 * minutes) => rollout('team', new Deadline(clock, timeout), deps)

async function failed(played: Played, timeout?: number): Promise<Failure> {
  const outcome = await run(played, timeout).catch((error: unknown) => error)
  if (outcome instanceof Failure) return outcome
  throw new Error(`no failure: ${String(outcome)}`)
}

const starting = (status: object) => pod({ statuses: [status], ready: false })
const created = starting(waiting('ContainerCreating'))
const probing = starting(running({ ready: false, started: false }))
const noKey = starting(
  waiting('CreateContainerConfigError', "couldn't find key password in Secret team/redis-credentials")
)
const noImage = starting(waiting('ErrImagePull', 'docker.io/library/redis:9.9.9: not found', { image: 'redis:9.9.9' }))
const noHost = starting(waiting('ErrImagePull', 'dial tcp: lookup registry: no such host', { image: 'redis:7' }))

describe('a successful rollout', () => {
  test('returns the revision at once, without log lines, waiting or listing events', async () => {
    const played = play([{ from: 0, pods: [pod()] }])
    await expect(run(played)).resolves.toMatchObject({ revision: revisions.update })
    expect([played.lines, played.eventsAsked, played.clock.now()]).toEqual([[], [], 0])
  })

  test('logs one line for each change of what it waits for', async () => {
    const played = play([
      { from: 0, statefulSet: statefulSet({ generation: 2, observed: 1 }) },
      { from: 300, pods: [pod({ revision: revisions.old, deleting: true })] },
      { from: 900 },
      { from: 1_100, pods: [created] },
      { from: 2_000, pods: [probing] },
      { from: 4_000, pods: [pod()] }
    ])
    await run(played)
    expect(played.lines).toEqual([
      [0, 'waiting for the controller to observe generation 2 of the StatefulSet'],
      [300, 'waiting for the old pod redis-0 to terminate'],
      [900, 'waiting for pod redis-0 to be created'],
      [1_100, 'waiting for container redis to start'],
      [2_000, 'waiting for container redis to pass its startup probe']
    ])
    expect(played.clock.now()).toBe(4_000)
  })

  test('lists events after a while, and not with every look', async () => {
    const played = play([
      { from: 0, pods: [created] },
      { from: 5_000, pods: [pod()] }
    ])
    await run(played)
    expect(played.eventsAsked[0]).toBeGreaterThanOrEqual(1_500)
    expect(played.eventsAsked.length).toBeLessThanOrEqual(3)
  })
})

describe('a problem of a rollout', () => {
  test('ends it at once if it cannot heal', async () => {
    const played = play([{ from: 0, pods: [noImage] }])
    const failure = await failed(played)
    expect(failure).toMatchObject({
      code: 'image-pull',
      message: 'the image redis:9.9.9 of container redis cannot be pulled: docker.io/library/redis:9.9.9: not found'
    })
    expect(played.clock.now()).toBe(0)
    expect(played.lines).toEqual([[0, failure.message]])
  })

  test('ends it after its tolerance if it may heal, and the failure names the tolerance', async () => {
    const played = play([{ from: 0, pods: [noKey] }])
    const failure = await failed(played)
    expect(failure.code).toBe('config-error')
    expect(failure.message).toMatch(/^container redis cannot be configured: .* \(seen for 5\.0 s\)$/)
    expect(played.clock.now()).toBe(5_000)
  })

  test('is judged by the latest events, such as those of an autoscaler', async () => {
    const pending = pod({ unschedulable: '0/1 nodes are available: 1 Insufficient cpu.' })
    const scaling = event(pending, 'Nominated', 'Pod should schedule on: nodeclaim/default-1')
    const played = play([
      { from: 0, pods: [pending] },
      { from: 44_990, pods: [pending], events: [scaling] },
      { from: 80_000, pods: [pod()] }
    ])
    await expect(run(played)).resolves.toMatchObject({ revision: revisions.update })
  })

  test('is judged by the latest events, such as those of a probe that killed the container', async () => {
    const last = ended('Completed', 0)
    const killed = starting(waiting('CrashLoopBackOff', 'back-off 10s', { restarts: 1, last }))
    const kill = event(killed, 'Killing', 'Container redis failed liveness probe, will be restarted', {
      lastTimestamp: '2026-11-23T05:37:24Z'
    })
    const played = play([
      { from: 0, pods: [created] },
      { from: 1_000, pods: [killed] },
      { from: 2_000, pods: [killed], events: [kill] }
    ])
    await expect(failed(played)).resolves.toMatchObject({ code: 'probe-failing' })
    expect(played.clock.now()).toBeLessThanOrEqual(4_000)
  })

  test('does not end it if it heals in time', async () => {
    const played = play([
      { from: 0, pods: [noKey] },
      { from: 4_900, pods: [pod()] }
    ])
    await expect(run(played)).resolves.toMatchObject({ revision: revisions.update })
  })

  test.each([
    ['went away', [created]],
    ['was another one', [noHost]]
  ])('that %s in between gets its full tolerance again', async (_, between) => {
    const played = play([
      { from: 0, pods: [noKey] },
      { from: 4_000, pods: between },
      { from: 4_200, pods: [noKey] },
      { from: 9_000, pods: [pod()] }
    ])
    await expect(run(played)).resolves.toMatchObject({ revision: revisions.update })
  })

  test('is found if only events report it', async () => {
    const refused = 'pods "redis-0" is forbidden: exceeded quota: small'
    const played = play([{ from: 0, events: [event(statefulSet(), 'FailedCreate', refused)] }])
    await expect(failed(played)).resolves.toMatchObject({ code: 'quota-exceeded' })
    expect(played.clock.now()).toBeLessThanOrEqual(5_000)
  })

  test('lasts until the deadline while an autoscaler adds a node, and is reported then', async () => {
    const pending = pod({ unschedulable: '0/1 nodes are available: 1 Insufficient cpu.' })
    const scaling = event(pending, 'TriggeredScaleUp', 'pod triggered scale-up')
    const played = play([{ from: 0, pods: [pending], events: [scaling] }])
    await expect(failed(played, 3 * minutes)).resolves.toMatchObject({ code: 'unschedulable' })
    expect(played.clock.now()).toBe(3 * minutes)
  })
})

// The kubelet of 1.36 shows a container that crashed as terminated while it waits, and CrashLoopBackOff for a moment.
describe('a container that crashes again and again', () => {
  const last = ended('Error', 1)
  const cycle = (revision: string) => {
    const at = (from: number, status: object) => ({ from, pods: [pod({ revision, statuses: [status], ready: false })] })
    return [0, 1, 2, 3, 4].flatMap((round) => [
      at(round * 20_000, running({ ready: false, started: false, restarts: round + 1, last })),
      at(round * 20_000 + 600, terminated(ended('Error', 1), { restarts: round + 1, last })),
      at(round * 20_000 + 19_000, waiting('CrashLoopBackOff', 'back-off 20s', { restarts: round + 1, last }))
    ])
  }

  test('ends the rollout within seconds', async () => {
    const played = play(cycle(revisions.update))
    await expect(failed(played)).resolves.toMatchObject({ code: 'crash-loop' })
    expect(played.clock.now()).toBeLessThan(6_000)
  })

  test('ends the rollout before the deadline in a pod of the old revision, because the controller is stuck', async () => {
    const played = play(cycle(revisions.old))
    await expect(failed(played, 100_000)).resolves.toMatchObject({ code: 'stuck-revision' })
    expect(played.clock.now()).toBeLessThan(30_000)
  })
})

describe('a rollout at its deadline', () => {
  test('reports what it waited for', async () => {
    const played = play([{ from: 0, pods: [created] }])
    await expect(failed(played, 90_000)).resolves.toMatchObject({
      code: 'rollout-timeout',
      message: 'after 1 min 30 s still waiting for container redis to start'
    })
    expect(played.clock.now()).toBe(90_000)
  })

  test.each([
    ['LOADING Redis is loading the dataset', 'redis-loading', /^watch it: `kubectl .* --follow`; then raise timeout$/],
    ['cat: /etc/typo: No such file or directory', 'probe-failing', /^correct the probe or what it checks$/]
  ])('reports the output of the probe: %s', async (said, code, hint) => {
    const unhealthy = event(probing, 'Unhealthy', `Startup probe failed: ${said}\n`, { count: 25 })
    const played = play([{ from: 0, pods: [probing], events: [unhealthy] }])
    await expect(failed(played, 60_000)).resolves.toMatchObject({
      code,
      message: `after 1 min still waiting for container redis to pass its startup probe: Startup probe failed: ${said}`,
      hint: expect.stringMatching(hint)
    })
  })

  test.each<[string, KubernetesObject[], string]>([
    ['without a reason', [], ''],
    ['with its reason', [event(pod(), 'Unhealthy', 'Readiness probe failed: no')], ': Readiness probe failed: no']
  ])('reports a pod of the old revision that is not Ready, %s', async (_, events, words) => {
    const unready = pod({ revision: revisions.old, statuses: [running({ ready: false })], ready: false })
    const played = play([{ from: 0, pods: [unready], events }])
    await expect(failed(played)).resolves.toMatchObject({
      code: 'stuck-revision',
      message:
        `after 5 min still waiting for pod redis-0 of the old revision ${revisions.old} to be Ready; until then the ` +
        `StatefulSet controller does not replace it (kubernetes/kubernetes#67250)${words}`,
      hint: expect.stringContaining('`kubectl -n team delete pod redis-0`')
    })
  })

  test('has replaced an old pod that is slow to become Ready', async () => {
    const unready = pod({ revision: revisions.old, statuses: [running({ ready: false })], ready: false })
    const played = play([
      { from: 0, pods: [unready] },
      { from: 200_000, pods: [pod({ revision: revisions.old })] },
      { from: 201_000, pods: [pod()] }
    ])
    await expect(run(played)).resolves.toMatchObject({ revision: revisions.update })
  })

  test('reports an old pod that does not terminate instead of the probe that it failed', async () => {
    const ending = pod({ revision: revisions.old, deleting: true, statuses: [running({ ready: false })] })
    const unhealthy = event(ending, 'Unhealthy', 'Readiness probe failed: Connection refused')
    const played = play([{ from: 0, pods: [ending], events: [unhealthy] }])
    await expect(failed(played)).resolves.toMatchObject({
      code: 'rollout-timeout',
      message: 'after 5 min still waiting for the old pod redis-0 to terminate',
      hint: expect.stringContaining('`kubectl -n team delete pod redis-0 --force`')
    })
  })

  test('reports a problem with tolerance left, and for how long it was tolerated', async () => {
    const played = play([{ from: 0, pods: [noKey] }])
    await expect(failed(played, 2_000)).resolves.toMatchObject({
      code: 'config-error',
      message: expect.stringMatching(/ \(seen for 2\.0 s, until the timeout\)$/)
    })
    expect(played.clock.now()).toBe(2_000)
  })

  test('reports the latest events', async () => {
    const unhealthy = event(probing, 'Unhealthy', 'Startup probe failed: not yet')
    const played = play([
      { from: 0, pods: [probing] },
      { from: 59_990, pods: [probing], events: [unhealthy] }
    ])
    await expect(failed(played, 60_000)).resolves.toMatchObject({ code: 'probe-failing' })
    expect(played.eventsAsked.at(-1)).toBe(60_000)
  })

  test('succeeds if it is current by then', async () => {
    const played = play([
      { from: 0, pods: [created] },
      { from: 2_000, pods: [pod()] }
    ])
    await expect(run(played, 2_000)).resolves.toMatchObject({ revision: revisions.update })
  })
})
