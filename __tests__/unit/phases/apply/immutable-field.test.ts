import { describe, expect, test } from '@jest/globals'
import { Failure } from '../../../../src/core/failure.ts'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { immutableFailure } from '../../../../src/phases/apply/immutable-field.ts'

const claim = (storage: string, spec: object = {}) => ({
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, ...spec }
})
const set = (spec: object): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'redis' },
  spec: { replicas: 1, serviceName: 'a', ...spec }
})
const said = new Failure('immutable-field', 'updates to statefulset spec are forbidden', 'put the old value back')
const explained = (stored: object, wanted: object) => immutableFailure(said, set(stored), set(wanted), 'team')
const claims = (...volumeClaimTemplates: object[]) => ({ volumeClaimTemplates })
const live = (storage: string) => ({
  ...claim(storage, { volumeMode: 'Filesystem' }),
  kind: 'PersistentVolumeClaim',
  status: {}
})

describe('a changed claim size', () => {
  test('gets the commands that enlarge it', () => {
    const { code, message, hint } = explained(claims(live('5Gi')), claims(claim('8Gi')))
    expect(code).toBe('immutable-field')
    expect(message).toBe(
      'cannot apply StatefulSet/redis in namespace team, because a field is immutable: ' +
        '.spec.volumeClaimTemplates[name="data"].spec.resources.requests.storage is "5Gi", wanted: "8Gi"'
    )
    expect(hint).toContain(
      '`kubectl --namespace team patch persistentvolumeclaim data-redis-0 --patch ' +
        `'{"spec":{"resources":{"requests":{"storage":"8Gi"}}}}'\` and then ` +
        '`kubectl --namespace team delete statefulset redis --cascade=orphan`, and run again'
    )
  })

  test('gets the commands for each replica', () => {
    const { hint } = explained({ replicas: 2, ...claims(live('5Gi')) }, claims(claim('8Gi')))
    expect(hint).toMatch(/data-redis-0 .*data-redis-1 /)
  })

  test('is refused where the claim would shrink', () => {
    expect(explained(claims(live('5Gi')), claims(claim('1Gi'))).hint).toBe(
      'restore the old value: a claim can grow but not shrink'
    )
  })
})

describe('another immutable field', () => {
  test.each<[string, object, object, string]>([
    ['serviceName', {}, { serviceName: 'b' }, '.spec.serviceName is "a", wanted: "b"'],
    ['a name that reads as the same quantity', { serviceName: '1k' }, { serviceName: '1000' }, '"1k", wanted: "1000"'],
    [
      'another claim',
      claims(live('1Gi')),
      claims(claim('1Gi'), { metadata: { name: 'more' } }),
      '["data"], wanted: ["data","more"]'
    ],
    ['no claim', claims(live('1Gi')), {}, '.spec.volumeClaimTemplates is ["data"], wanted: []'],
    [
      'the class of a claim',
      claims(live('1Gi')),
      claims(claim('1024Mi', { storageClassName: 'fast' })),
      'spec.storageClassName is nothing, wanted: "fast"'
    ]
  ])('is named, and the pod can be kept: %s', (_, stored, wanted, words) => {
    const { message, hint } = explained(stored, wanted)
    expect(message).toContain(words)
    expect(hint).toContain('`kubectl --namespace team delete statefulset redis --cascade=orphan`, and run again')
  })

  test('is named without its value if that is a credential', () => {
    const annotated = (password: string) =>
      claims(claim('1Gi', { metadata: { annotations: { 'backup/password': password } } }))
    const { message } = explained(annotated('live'), annotated('wanted'))
    expect(message).toMatch(/is immutable: \.spec\.volumeClaimTemplates\S*\.annotations\.backup\/password$/)
  })

  test('requires the pod to be deleted if it is the selector', () => {
    const { hint } = explained({ selector: { matchLabels: { a: 'b' } } }, { selector: { matchLabels: { a: 'c' } } })
    expect(hint).toBe(
      'restore the old value, or delete the StatefulSet with its pod and run again: ' +
        '`kubectl --namespace team delete statefulset redis`'
    )
  })
})

test('is reported in the words of the server if it cannot be identified', () => {
  expect(explained({ podManagementPolicy: 'Parallel' }, {})).toBe(said)
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'redis' } }
  expect(immutableFailure(said, service, service, 'team')).toBe(said)
})
