import { describe, expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { rolloutStatus } from '../../../../src/phases/rollout/status.ts'
import { event, pod, revisions, running, snapshot, waiting } from './shapes.ts'

function standstillOf(redis: KubernetesObject, ...events: KubernetesObject[]) {
  const status = rolloutStatus(snapshot({ pods: [redis], events }))
  return status.state === 'progressing' ? status.standstill : undefined
}
const starting = (revision: string, status = running({ ready: false, started: false })) =>
  pod({ revision, statuses: [status, running({ name: 'metrics' })], ready: false })
const { old, update } = revisions
const unhealthy = (message: string, more: object = {}) => event(pod(), 'Unhealthy', message, more)
const loading = 'Startup probe failed: LOADING Redis is loading the dataset in memory'
const watchIt = 'watch it: `kubectl -n team logs redis-0 -c redis --follow`'

describe('a pod that does not become Ready', () => {
  test('is described by its probe output in one harmless line', () => {
    const events = [
      unhealthy('Readiness probe failed: no\n::error::', { lastTimestamp: '2026-11-23T06:00:00Z' }),
      unhealthy('Startup probe failed: x')
    ]
    expect(standstillOf(starting(update), ...events)).toEqual({
      code: 'probe-failing',
      words: expect.stringMatching(/^Readiness probe failed: no \S+error::$/)
    })
  })

  test.each([update, old])('is described as loading its data in revision %s', (revision) => {
    const words = loading
    expect(standstillOf(starting(revision), unhealthy(`${words}\n`))).toEqual({
      code: 'redis-loading',
      words,
      hint: watchIt
    })
  })

  test.each<[string, KubernetesObject, KubernetesObject[]]>([
    ['no probe failed', starting(update), []],
    ['the probe of another pod failed', starting(update), [event(pod({ uid: 'other' }), 'Unhealthy', loading)]],
    [
      'the probe of another container failed',
      starting(update),
      [unhealthy(loading, { involvedObject: { uid: pod().metadata.uid, fieldPath: 'spec.containers{metrics}' } })]
    ],
    ['only an earlier run of the container was probed', starting(update, waiting('PodInitializing')), [unhealthy('x')]],
    ['all containers are ready', pod({ statuses: [running()], ready: false }), [unhealthy('x')]]
  ])('has no description where %s', (_, redis, events) => {
    expect(standstillOf(redis, ...events)).toBeUndefined()
  })
})

describe('a pod of an old revision that does not become Ready', () => {
  const hint = 'unless it just needs more time, delete the pod and run again: `kubectl -n team delete pod redis-0`'
  test.each<[string, KubernetesObject]>([
    ['it runs', starting(old)],
    ['it starts', starting(old, waiting('ContainerCreating'))],
    ['it has no node yet', pod({ revision: old, unscheduled: true })]
  ])('blocks the rollout where %s', (_, redis) => {
    expect(standstillOf(redis)).toEqual({ code: 'stuck-revision', hint })
  })

  test('blocks the rollout, with its probe output', () => {
    const words = 'Readiness probe failed: cat: /etc/typo: No such file or directory'
    expect(standstillOf(starting(old), unhealthy(words))).toEqual({ code: 'stuck-revision', words, hint })
  })
})

test.each([
  ['redis-0', [pod({ revision: old, deleting: true })]],
  ['redis-1', [pod(), pod({ name: 'redis-1', uid: 'other', deleting: true })]]
])('reports a terminating old pod %s instead of its failing probe', (name, pods) => {
  const events = pods.map((each) => event(each, 'Unhealthy', 'Readiness probe failed: Connection refused'))
  expect(rolloutStatus(snapshot({ pods, events }))).toMatchObject({
    waitingFor: `the old pod ${name} to terminate`,
    standstill: {
      code: 'rollout-timeout',
      hint:
        `check its node and finalizers: \`kubectl -n team get pod ${name} --output=yaml\`; only if the node is gone ` +
        `for good: \`kubectl -n team delete pod ${name} --force\``
    }
  })
})

describe('a pod whose containers are ready, with a readiness gate,', () => {
  const gated = (...conditions: object[]): KubernetesObject => {
    const made = pod({ statuses: [running()], ready: false })
    const status = Object(made['status'])
    return {
      ...made,
      spec: { ...Object(made['spec']), readinessGates: [{ conditionType: 'example.com/admitted' }] },
      status: { ...status, conditions: [...status.conditions, ...conditions] }
    }
  }

  test('that nobody sets is described by the gate', () => {
    expect(rolloutStatus(snapshot({ pods: [gated()] }))).toMatchObject({
      waitingFor: 'readiness gate example.com/admitted of pod redis-0',
      standstill: {
        code: 'rollout-timeout',
        words: 'readiness gate example.com/admitted has no condition, because no controller sets it',
        hint: expect.stringMatching(
          /^check the controller that sets the condition example\.com\/admitted of pods, or remove/
        )
      }
    })
  })

  test('that is not met is described by its condition', () => {
    const condition = { type: 'example.com/admitted', status: 'False', message: 'no target group' }
    expect(standstillOf(gated(condition))?.words).toBe(
      'the condition of readiness gate example.com/admitted is False: no target group'
    )
  })

  test('that is met waits for the pod alone', () => {
    expect(standstillOf(gated({ type: 'example.com/admitted', status: 'True' }))).toBeUndefined()
  })

  test('that was not seen by the kubelet yet is not described by the gate', () => {
    const made = gated()
    const unseen = { ...made, status: { conditions: [{ type: 'PodScheduled', status: 'True' }] } }
    expect(standstillOf(unseen)).toBeUndefined()
  })
})
