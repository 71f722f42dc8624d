import { describe, expect, test } from '@jest/globals'
import { Deadline } from '../../../../src/core/deadline.ts'
import { Failure } from '../../../../src/core/failure.ts'
import { rollout } from '../../../../src/phases/rollout/rollout.ts'
import { type Played, play } from './fake-cluster.ts'
import { event, pod, running, waiting } from './shapes.ts'

const outcome = ({ deps, clock }: Played) =>
  rollout('team', new Deadline(clock, 10_000), deps).catch((error: unknown) => error)
const created = pod({ statuses: [waiting('ContainerCreating')], ready: false })
const probing = pod({ statuses: [running({ ready: false, started: false })], ready: false })
const cancelled = new Failure('cancelled', 'the run was cancelled (SIGINT) during rollout', 'run again')

describe('a cancelled rollout', () => {
  test('ends at once with the reason of the cancellation', async () => {
    const played = play([{ from: 0, pods: [created] }], {
      onSleep: (now, controller) => now >= 1_000 && controller.abort(cancelled)
    })
    expect(await outcome(played)).toBe(cancelled)
    expect(played.clock.now()).toBe(1_000)
  })

  test('does not blame the cluster for the aborted request', async () => {
    let abort = () => {}
    const played = play([{ from: 0, pods: [created] }], {
      onSleep: (_, controller) => {
        abort = () => controller.abort(cancelled)
      },
      fault: (now) => {
        if (now === 0) return undefined
        abort()
        return new Error('socket hang up')
      }
    })
    expect(await outcome(played)).toBe(cancelled)
  })
})

describe('a refusal of the API server', () => {
  test.each([
    ['statefulset', 0],
    ['pods', 400],
    ['events', 1_500]
  ])('for %s ends the rollout with a failure that names the request', async (asked, from) => {
    const played = play([{ from: 0, pods: [created] }], {
      fault: (now, request) => (request === asked && now >= from ? new Error('no route') : undefined)
    })
    expect(await outcome(played)).toMatchObject({
      code: 'cluster-unreachable',
      message: 'watch StatefulSet/redis: Error: no route'
    })
  })

  test('for the latest events does not hide the original failure', async () => {
    const image = pod({ statuses: [waiting('ErrImagePull', 'x: not found')], ready: false })
    const played = play([{ from: 0, pods: [image] }], {
      fault: (_, request) => (request === 'events' ? new Error('no route') : undefined)
    })
    expect(await outcome(played)).toMatchObject({
      code: 'image-pull',
      evidence: [{ title: 'Containers of redis-0', text: expect.stringContaining('ErrImagePull') }]
    })
  })

  test('for a log is mentioned in the evidence', async () => {
    const unhealthy = event(probing, 'Unhealthy', 'Startup probe failed')
    const played = play([{ from: 0, pods: [probing], events: [unhealthy] }], {
      fault: (_, request) => (request === 'log' ? new Error('no route') : undefined)
    })
    const failure = await outcome(played)
    expect(failure).toMatchObject({ code: 'probe-failing' })
    expect(failure instanceof Failure && failure.evidence.map(({ title }) => title)).toEqual([
      'Containers of redis-0',
      'Events',
      'No log of container redis'
    ])
  })
})
