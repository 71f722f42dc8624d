import { expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../../../src/core/kubernetes/object.ts'
import { ExistingPodTimer, existingPodOf } from '../../../../../src/phases/probe/from-pod/create-pod.ts'

const pod = (run: string | undefined, phase = 'Running', uid = 'first'): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'redis-probe', uid, ...(run !== undefined && { annotations: { 'redis-cache-action/run': run } }) },
  spec: { activeDeadlineSeconds: 60 },
  status: { phase }
})

test.each([
  ['own', pod('ours'), 0, 0],
  ['own', pod('ours', 'Failed'), 99_000, 99_000],
  ['foreign', pod(undefined), 99_000, 99_000],
  ['alive', pod('other'), 59_999, 0],
  ['alive', pod('other', 'Succeeded'), 4_999, 4_999],
  ['abandoned', pod('other', 'Succeeded'), 5_000, 5_000],
  ['abandoned', pod('other', 'Pending'), 60_000, 0]
])('classifies an existing probe pod as %s', (occupant, other, seen, ended) => {
  expect(existingPodOf(other, 'ours', { seen, ended })).toBe(occupant)
})

test('restarts the watch for another pod, and for a pod that runs again', () => {
  let now = 1_000
  const timer = new ExistingPodTimer({ now: () => now, sleep: async () => undefined })
  expect(timer.measure(pod('other'))).toEqual({ seen: 0, ended: 0 })
  now = 3_000
  expect(timer.measure(pod('other', 'Failed'))).toEqual({ seen: 2_000, ended: 0 })
  now = 4_500
  expect(timer.measure(pod('other', 'Failed'))).toEqual({ seen: 3_500, ended: 1_500 })
  expect(timer.measure(pod('third', 'Succeeded', 'second'))).toEqual({ seen: 0, ended: 0 })
})
