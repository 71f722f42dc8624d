import { describe, expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { foreignPodProblem, namesakeProblem } from '../../../../src/phases/rollout/namesake.ts'
import { rolloutStatus } from '../../../../src/phases/rollout/status.ts'
import { event, pod, snapshot, statefulSet } from './shapes.ts'

/** redis-0 without the label by which the StatefulSet knows it. */
function unlabelled(labels: Record<string, string>, owner: string | null = null): KubernetesObject {
  const made = pod({ owner })
  return { ...made, metadata: { ...made.metadata, labels } }
}
const problemOf = (namesake: KubernetesObject) => namesakeProblem(snapshot({ pods: [], namesake }))

describe('a pod redis-0 that the StatefulSet does not know', () => {
  test('is in the way, and gets its label back where the controller made it', () => {
    expect(problemOf(unlabelled({ 'statefulset.kubernetes.io/pod-name': 'redis-0' }))).toEqual({
      code: 'stuck-revision',
      sentence:
        'a pod redis-0 is in the way: it lacks the label app.kubernetes.io/name=redis, by which StatefulSet/redis knows ' +
        'its pod, and the controller cannot make another of that name',
      hint:
        'write what was removed, and the pod and its data stay: ' +
        '`kubectl -n team label pod redis-0 app.kubernetes.io/name=redis --overwrite`; or delete the pod: ' +
        '`kubectl -n team delete pod redis-0`',
      toleranceMilliseconds: 2_000
    })
  })

  test('is in the way, and is not ours, where somebody else made it', () => {
    const owner = { uid: 'another', controller: true, kind: 'ReplicaSet', name: 'web' }
    const made = unlabelled({})
    const foreign = { ...made, metadata: { ...made.metadata, ownerReferences: [owner] } }
    expect(problemOf(foreign)).toMatchObject({
      sentence: expect.stringContaining('a pod redis-0 of ReplicaSet/web is in the way: it lacks'),
      hint: 'StatefulSet/redis did not make it: find out who needs it, then delete it: `kubectl -n team delete pod redis-0`'
    })
    expect(problemOf(made)?.hint).toMatch(/^StatefulSet\/redis did not make it/)
  })

  test('explains more than the event of the controller that cannot make it', () => {
    const namesake = unlabelled({ 'statefulset.kubernetes.io/pod-name': 'redis-0' })
    const events = [
      event(statefulSet(), 'FailedCreate', 'create Pod redis-0 in StatefulSet redis failed: already exists')
    ]
    expect(rolloutStatus(snapshot({ pods: [], namesake, events }))).toMatchObject({
      state: 'progressing',
      problem: { code: 'stuck-revision' }
    })
  })
})

describe('a pod redis-0 with the labels of the selector', () => {
  const ownedBy = (kind: string, name: string): KubernetesObject => {
    const made = pod({ owner: null })
    const ownerReferences = [{ uid: 'another', controller: true, kind, name }]
    return { ...made, metadata: { ...made.metadata, ownerReferences } }
  }

  test('is in the way where another controller keeps it', () => {
    const problem = {
      code: 'stuck-revision',
      sentence:
        'a pod redis-0 of ReplicaSet/web is in the way: the controller of StatefulSet/redis cannot make another of that name',
      hint: 'find out who needs ReplicaSet/web, then delete it: `kubectl -n team delete replicaset/web`'
    }
    expect(foreignPodProblem(ownedBy('ReplicaSet', 'web'), statefulSet(), 'team')).toMatchObject(problem)
    expect(rolloutStatus(snapshot({ pods: [ownedBy('ReplicaSet', 'web')] }))).toMatchObject({ problem })
  })

  test.each([
    ['the StatefulSet owns it', pod()],
    ['nobody owns it, so that it is adopted', pod({ owner: null })],
    ['it goes with an earlier StatefulSet of that name', ownedBy('StatefulSet', 'redis')]
  ])('is not in the way where %s', (_, made) => {
    expect(foreignPodProblem(made, statefulSet(), 'team')).toBeUndefined()
  })
})

describe('a pod redis-0 is not in the way', () => {
  test.each<[string, KubernetesObject]>([
    ['that is ending', { ...pod({ deleting: true }), metadata: { ...pod({ deleting: true }).metadata, labels: {} } }],
    ['that has the labels by now', pod()]
  ])('%s', (_, namesake) => {
    expect(problemOf(namesake)).toBeUndefined()
  })

  test('that does not exist', () => {
    expect(namesakeProblem(snapshot({ pods: [] }))).toBeUndefined()
  })
})
