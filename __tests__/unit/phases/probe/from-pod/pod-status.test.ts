import { describe, expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../../../src/core/kubernetes/object.ts'
import { podState } from '../../../../../src/phases/probe/from-pod/pod-status.ts'

const scheduled = [{ type: 'PodScheduled', status: 'True' }]
const pod = (status: object): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'redis-probe', uid: 'uid' },
  status: { phase: 'Pending', conditions: scheduled, ...status }
})
const container = (state: object) => pod({ containerStatuses: [{ name: 'probe', image: 'redis:7', state }] })
const waitingFor = (reason: string, message?: string) => container({ waiting: { reason, message } })
const stateOf = (here: KubernetesObject) => podState(here, [], 'team')

describe('the status of a probe pod', () => {
  test.each([
    ['has just been made', pod({ conditions: [] }), 'pod redis-probe to be scheduled to a node'],
    ['has a node', pod({}), 'pod redis-probe to start'],
    ['gets its image', waitingFor('ContainerCreating'), 'pod redis-probe to start'],
    ['asks', container({ running: {} }), 'the answers of pod redis-probe']
  ])('is read: %s', (_, here, awaited) => {
    expect(stateOf(here)).toEqual({ state: 'waiting', waitingFor: awaited })
  })

  test.each([
    ['ended well', { terminated: { exitCode: 0, reason: 'Completed' } }],
    ['ended badly', { terminated: { exitCode: 137, reason: 'OOMKilled' } }]
  ])('refers to the log: %s', (_, state) => {
    expect(stateOf(container(state))).toEqual({ state: 'ended' })
  })

  test('is ended even if a sidecar keeps running', () => {
    const statuses = [
      { name: 'istio-proxy', state: { running: {} } },
      { name: 'probe', state: { terminated: { exitCode: 0 } } }
    ]
    expect(stateOf(pod({ phase: 'Running', containerStatuses: statuses }))).toEqual({ state: 'ended' })
  })

  test.each([
    [{ reason: 'Evicted', message: 'The node was low on resource' }, 'Evicted: The node was low on resource'],
    [{ reason: 'DeadlineExceeded' }, 'DeadlineExceeded'],
    [{}, 'without a reason']
  ])('is lost with its node: %o', (words, said) => {
    const sentence = `pod redis-probe failed: ${said}`
    expect(stateOf(pod({ phase: 'Failed', ...words }))).toEqual({ state: 'failed', sentence })
  })
})

describe('the reason why a probe pod does not start', () => {
  const problemOf = (here: KubernetesObject) => {
    const state = stateOf(here)
    return state.state === 'waiting' ? state.problem : undefined
  }
  test.each<[KubernetesObject, string, number, RegExp]>([
    [
      waitingFor('ErrImagePull', 'redis:7: not found'),
      'image-pull',
      0,
      /^the image redis:7 of container probe of pod red/
    ],
    [waitingFor('ImagePullBackOff', 'dial tcp: no such host'), 'image-pull', 5_000, /no such host$/],
    [waitingFor('InvalidImageName', 'couldn\'t parse "Redis"'), 'image-pull', 0, /parse/],
    [waitingFor('CreateContainerConfigError', 'secret "x" not found'), 'config-error', 5_000, /cannot be configured/],
    [waitingFor('CreateContainerError', 'no such device'), 'config-error', 5_000, /cannot be started: no such device/],
    [
      container({ terminated: { exitCode: 128, reason: 'StartError', message: 'exec: "/bin/sh": no such file' } }),
      'config-error',
      0,
      /^pod redis-probe cannot be started: exec/
    ],
    [
      pod({
        conditions: [
          { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available' }
        ]
      }),
      'unschedulable',
      45_000,
      /^pod redis-probe cannot be scheduled: 0\/3 nodes are available$/
    ]
  ])('is found: %#', (here, code, toleranceMilliseconds, sentence) => {
    expect(problemOf(here)).toMatchObject({
      code,
      toleranceMilliseconds,
      sentence: expect.stringMatching(sentence),
      hint: expect.stringMatching(/./)
    })
  })
})
