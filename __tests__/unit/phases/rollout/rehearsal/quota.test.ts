import { expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../../../src/core/kubernetes/object.ts'
import { quotaVerdict } from '../../../../../src/phases/rollout/rehearsal/quota.ts'

const container = (memory: string, cpu = '100m', more: object = {}) => ({
  resources: { requests: { memory, cpu }, limits: { memory } },
  ...more
})
const podOf = (containers: object[], initContainers: object[] = [], more: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'redis-0' },
  spec: { containers, initContainers, ...more }
})
const redis = podOf([container('512Mi'), container('32Mi', '10m')])

/** As the admission plugin writes it. */
const exceeded = (requested: string, used: string, limited: string) =>
  `pods "redis-rehearsal" is forbidden: exceeded quota: team, requested: ${requested}, used: ${used}, limited: ${limited}`

test('a pod fits where that of redis-0 leaves room enough', () => {
  const message = exceeded('requests.memory=544Mi', 'requests.memory=1000Mi', 'requests.memory=1000Mi')
  expect(quotaVerdict(message, redis)).toEqual({
    kind: 'fits',
    sentence: 'quota team has no room for a second pod beside redis-0'
  })
})

test('a pod that asks for more than redis-0 leaves does not fit, with the numbers', () => {
  const message = exceeded('requests.memory=545Mi', 'requests.memory=1000Mi', 'requests.memory=1000Mi')
  expect(quotaVerdict(message, redis)).toEqual({
    kind: 'exceeded',
    sentence:
      'quota team has no room for the new pod even when redis-0 is gone: requests.memory: 545Mi requested, ' +
      '1000Mi used (544 MiB by redis-0), 1000Mi allowed'
  })
})

test('each resource counts, and only those that lack room are named', () => {
  const message = exceeded(
    'limits.memory=1Gi,pods=1,requests.cpu=1',
    'limits.memory=544Mi,pods=1,requests.cpu=110m',
    'limits.memory=1Gi,pods=1,requests.cpu=500m'
  )
  expect(quotaVerdict(message, redis)).toMatchObject({
    kind: 'exceeded',
    sentence: expect.stringMatching(/gone: requests\.cpu: 1 requested, 110m used \(110m by redis-0\), 500m allowed$/)
  })
})

test.each([['pods'], ['count/pods']])('a number of pods (%s) fits if there was one', (resource) => {
  expect(quotaVerdict(exceeded(`${resource}=1`, `${resource}=1`, `${resource}=1`), redis).kind).toBe('fits')
})

test.each([
  ['an init container that needs more than the rest', podOf([container('100Mi')], [container('400Mi')]), 'fits'],
  [
    'a sidecar beside the rest',
    podOf([container('100Mi')], [container('300Mi', '1m', { restartPolicy: 'Always' })]),
    'fits'
  ],
  ['the overhead of a runtime', podOf([container('300Mi')], [], { overhead: { memory: '100Mi' } }), 'fits'],
  [
    'an amount of the pod itself',
    podOf([container('1Mi')], [], { resources: { requests: { memory: '400Mi' } } }),
    'fits'
  ],
  ['less than that', podOf([container('399Mi')], [container('300Mi')]), 'exceeded']
])('what redis-0 takes counts %s', (_what, old, kind) => {
  const message = exceeded('requests.memory=400Mi', 'requests.memory=400Mi', 'requests.memory=400Mi')
  expect(quotaVerdict(message, old).kind).toBe(kind)
})

test('a pod that lacks what the quota asks for would lack it alone too', () => {
  const message = 'pods "redis-rehearsal" is forbidden: failed quota: team: must specify limits.cpu for: redis'
  expect(quotaVerdict(message, redis).kind).toBe('exceeded')
})

test.each([
  ['another message', 'pods "redis-rehearsal" is forbidden: no'],
  ['a resource that is not of pods', exceeded('services=1', 'services=1', 'services=1')],
  ['a list that is cut', exceeded('requests.memory=1Gi', 'pods=1', 'pods=1')]
])('nothing is known of %s', (_what, message) => {
  expect(quotaVerdict(message, redis)).toEqual({ kind: 'unknown' })
})
