import { describe, expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { podProblem } from '../../../../src/phases/rollout/pod-problem.ts'
import { event, pod, snapshot } from './shapes.ts'

const born = '2026-11-23T05:36:40Z'
const unscheduled = (message?: string): KubernetesObject => {
  const made = pod(message === undefined ? { unscheduled: true } : { unschedulable: message })
  return { ...made, metadata: { ...made.metadata, creationTimestamp: born } }
}
const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data-redis-0', uid: 'claim' } }
const problemOf = (waiting: KubernetesObject, ...events: KubernetesObject[]) =>
  podProblem(waiting, snapshot({ pods: [waiting], events }))

describe('a claim without a volume', () => {
  const absent = 'storageclass.storage.k8s.io "absent" not found'
  const awaited =
    "Waiting for a volume to be created either by the external provisioner 'example.org/absent' or manually"
  test.each([
    ['class missing', 'ProvisioningFailed', absent, 5_000, 'delete statefulset/redis pvc/data-redis-0`'],
    [
      'no class',
      'FailedBinding',
      'no persistent volumes available for this claim and no storage class is set',
      5_000,
      '`kubectl get storageclass`'
    ],
    ['provisioner missing or slow', 'ExternalProvisioning', awaited, 45_000, 'describe pvc data-redis-0`'],
    ['provisioner without room', 'ProvisioningFailed', 'quota of disks exceeded', 45_000, 'describe pvc data-redis-0`']
  ])('is reported: %s', (_, reason, message, tolerance, hint) => {
    // With WaitForFirstConsumer the scheduler says nothing while it waits for the provisioner.
    for (const waiting of [
      unscheduled(),
      unscheduled('0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.')
    ]) {
      expect(problemOf(waiting, event(claim, reason, message))).toEqual({
        code: 'volume-pending',
        sentence: `claim data-redis-0 has no volume: ${message}`,
        hint: expect.stringContaining(hint),
        toleranceMilliseconds: tolerance
      })
    }
  })

  test.each<[string, KubernetesObject[]]>([
    ['it waits for the first pod', [event(claim, 'WaitForFirstConsumer', 'waiting for first consumer to be created')]],
    [
      'it got one eventually',
      [
        event(claim, 'ExternalProvisioning', awaited),
        event(claim, 'ProvisioningSucceeded', 'Successfully provisioned volume', {
          lastTimestamp: '2026-11-23T05:38:00Z'
        })
      ]
    ],
    [
      'an earlier pod waited for it',
      [event(claim, 'ProvisioningFailed', absent, { lastTimestamp: '2026-11-23T05:00:00Z' })]
    ],
    [
      'another claim waits',
      [event({ ...claim, metadata: { name: 'data-other-0', uid: 'other' } }, 'ProvisioningFailed', absent)]
    ]
  ])('is not reported where %s', (_, events) => {
    expect(problemOf(unscheduled(), ...events)).toBeUndefined()
  })
})

describe('a pod that fits on no node', () => {
  const none = '0/3 nodes are available: '
  test.each([
    ['CPU', '3 Insufficient cpu.', 'unschedulable', 'request less'],
    ['memory', '3 Insufficient memory.', 'unschedulable', 'memory-limit'],
    ['taint', '3 node(s) had untolerated taint(s).', 'unschedulable', 'toleration'],
    ['selector', "3 node(s) didn't match Pod's node affinity/selector.", 'unschedulable', 'nodeSelector'],
    ['number of pods', '3 Too many pods.', 'unschedulable', 'remove pods'],
    ['cordon', '3 node(s) were unschedulable.', 'unschedulable', 'uncordon'],
    ['anything else', '3 node(s) did something new.', 'unschedulable', 'add a node'],
    ['zone of the volume', '3 node(s) had volume node affinity conflict.', 'volume-pending', 'describe pvc'],
    [
      'zone of the volume, in the wording of 1.35',
      "3 node(s) didn't match PersistentVolume's node affinity.",
      'volume-pending',
      'describe pvc'
    ]
  ])('is reported for its %s', (_, message, code, hint) => {
    expect(problemOf(unscheduled(none + message))).toMatchObject({
      code,
      hint: expect.stringContaining(hint),
      toleranceMilliseconds: 45_000
    })
  })
})

describe('an autoscaler', () => {
  const waiting = unscheduled('0/1 nodes are available: 1 Insufficient cpu.')
  const said = (reason: string, minute: number) =>
    event(waiting, reason, reason, { type: 'Normal', lastTimestamp: `2026-11-23T05:${minute}:00Z` })
  test.each([
    ['Cluster Autoscaler makes a node', [said('TriggeredScaleUp', 40)], true],
    ['Karpenter makes a node', [said('Nominated', 40)], true],
    ['that had no node, and now makes one', [said('NotTriggerScaleUp', 40), said('TriggeredScaleUp', 41)], true],
    ['that cannot help', [said('NotTriggerScaleUp', 40)], false],
    ['that tried and cannot help', [said('TriggeredScaleUp', 40), said('FailedScaleUp', 41)], false]
  ])('is taken into account: %s', (_, events, patient) => {
    const tolerance = problemOf(waiting, ...events)?.toleranceMilliseconds
    expect(tolerance).toBe(patient ? Number.POSITIVE_INFINITY : 45_000)
  })
})
