import { describe, expect, test } from '@jest/globals'
import { podProblem } from '../../../../src/phases/rollout/pod-problem.ts'
import { event, pod, snapshot, waiting } from './shapes.ts'

const creating = pod({ statuses: [waiting('ContainerCreating')], ready: false })
const problemOf = (...events: ReturnType<typeof event>[]) =>
  podProblem(creating, snapshot({ pods: [creating], events }))
const sandbox = 'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to create containerd task: '

describe('a pod whose sandbox or volume fails', () => {
  test('is reported for its memory limit', () => {
    const message = `${sandbox}runc create failed: container init was OOM-killed (memory limit too low?): unknown`
    expect(problemOf(event(creating, 'FailedCreatePodSandBox', message))).toEqual({
      code: 'oom-killed',
      sentence: `the memory limit is too low for pod redis-0 to start: ${message}`,
      hint: expect.stringContaining('memory-limit'),
      toleranceMilliseconds: 0
    })
  })

  test('is tolerated until the deadline for the network, and reported then', () => {
    const message = 'Failed to create pod sandbox: plugin type="calico" failed (add): error getting ClusterInformation'
    expect(problemOf(event(creating, 'FailedCreatePodSandBox', message))).toEqual({
      code: 'rollout-timeout',
      sentence: `the node cannot set up pod redis-0: ${message}`,
      hint: expect.stringContaining('`kubectl -n team describe pod redis-0`'),
      toleranceMilliseconds: Number.POSITIVE_INFINITY
    })
  })

  test('is reported for a volume that another node still has', () => {
    const message = 'Multi-Attach error for volume "pvc-1" Volume is already exclusively attached to one node'
    expect(problemOf(event(creating, 'FailedAttachVolume', message))).toMatchObject({
      code: 'volume-pending',
      sentence: `a volume of pod redis-0 cannot be attached: ${message}`,
      toleranceMilliseconds: 60_000
    })
  })

  test('is reported for a missing file of the node, not for a missing ConfigMap', () => {
    const message = 'MountVolume.SetUp failed for volume "x" : path "/mnt/disk" not found'
    expect(problemOf(event(creating, 'FailedMount', message))?.code).toBe('volume-pending')
  })

  test.each(['SuccessfulAttachVolume', 'Pulling', 'Pulled'])('is past the problem with the event %s', (reason) => {
    const failed = event(creating, 'FailedAttachVolume', 'Multi-Attach error')
    const later = event(creating, reason, 'x', { type: 'Normal', lastTimestamp: '2026-11-23T05:40:00Z' })
    expect(problemOf(later, failed)).toBeUndefined()
  })
})
