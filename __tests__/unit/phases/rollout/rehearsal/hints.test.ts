import { describe, expect, test } from '@jest/globals'
import { Failure } from '../../../../../src/core/failure.ts'
import {
  isOnlyOfSecondPod,
  missingRights,
  rehearsalFailure
} from '../../../../../src/phases/rollout/rehearsal/hints.ts'
import { pod } from '../shapes.ts'

describe('the failure of a rehearsal', () => {
  const failure = new Failure('crash-loop', 'it ended', 'correct it', [{ title: 'Events', text: 'none' }])
  const before = pod()

  test('says that redis-0 still serves, if it is Ready', () => {
    expect(rehearsalFailure(failure, pod(), before)).toMatchObject({
      code: 'crash-loop',
      message: 'the rehearsal of the new template failed: it ended; redis-0 was not touched and still serves',
      hint: 'correct it',
      evidence: failure.evidence
    })
  })

  test.each([
    ['is not Ready', pod({ ready: false })],
    ['is another pod', pod({ uid: 'another' })],
    ['is not known', undefined]
  ])('does not say so if redis-0 %s', (_what, now) => {
    expect(rehearsalFailure(failure, now, before).message).toMatch(/; redis-0 was not touched$/)
  })
})

const victims = 'preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.'
const useless = 'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.'

test.each([
  ['room that a second pod takes', `0/1 nodes are available: 1 Insufficient memory. ${victims}`, true],
  ['an older scheduler', '0/1 nodes are available: 1 Insufficient memory.', true],
  [
    'a full node beside others that are not for it',
    '0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {a: b}. preemption: 0/2 nodes are ' +
      'available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.',
    true
  ],
  ['more than any node has', `0/1 nodes are available: 1 Insufficient memory. ${useless}`, false],
  ['a number of pods', `0/1 nodes are available: 1 Too many pods. ${victims}`, true],
  ['a pod that keeps others away', "0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules.", true],
  ['a pod that goes to others', `0/1 nodes are available: 1 node(s) didn't match pod affinity rules. ${useless}`, true],
  ['a spread', "0/1 nodes are available: 1 node(s) didn't match pod topology spread constraints.", true],
  [
    'a label of nodes',
    `0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. ${useless}`,
    false
  ],
  ['a taint', `0/1 nodes are available: 1 node(s) had untolerated taint {a: b}. ${useless}`, false]
])('what keeps a pod from its node is only of a second one: %s', (_what, message, expected) => {
  expect(isOnlyOfSecondPod(message)).toBe(expected)
})

test('a missing right is told with the whole rule', () => {
  expect(missingRights('patch Pod/redis-rehearsal', 'system:serviceaccount:team:deployer').message).toBe(
    'the right to patch Pod/redis-rehearsal is missing: give system:serviceaccount:team:deployer this rule: ' +
      '`- {apiGroups: [""], resources: [pods, configmaps, secrets], resourceNames: [redis-rehearsal], ' +
      'verbs: [get, create, patch, delete]}`'
  )
})
