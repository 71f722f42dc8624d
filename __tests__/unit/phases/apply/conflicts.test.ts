import { describe, expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import {
  conflictFailure,
  takeoverNote,
  type ValueConflict,
  valueConflictsOf
} from '../../../../src/phases/apply/conflicts.ts'

const object = (spec: object, metadata: object = {}): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'redis', ...metadata },
  spec
})
const conflict = (field: string, manager = 'helm') => ({ field, manager })

describe('a field conflict', () => {
  test('exists only where the values differ', () => {
    const conflicts = [conflict('.spec.replicas', 'kubectl (scale)'), conflict('.spec.serviceName')]
    const stored = object({ replicas: 3, serviceName: 'a' })
    expect(valueConflictsOf(conflicts, stored, object({ replicas: 1, serviceName: 'a' }))).toEqual([
      { field: '.spec.replicas', manager: 'kubectl (scale)', values: ['3', '1'] }
    ])
  })

  test('does not exist where a forced apply would only change the owner', () => {
    const stored = object({ a: 1 }, { resourceVersion: '1', generation: 1, managedFields: [1] })
    const preview = object({ a: 1 }, { resourceVersion: '2', generation: 2, managedFields: [2] })
    expect(valueConflictsOf([conflict('.spec.nowhere')], stored, { ...preview, status: {} })).toEqual([])
  })

  test('does not exist with our own field manager', () => {
    expect(valueConflictsOf([conflict('.spec.a', 'redis-cache-action')], object({ a: 1 }), object({ a: 2 }))).toEqual(
      []
    )
  })

  const interval = (refreshInterval: string) => ({ ...object({ refreshInterval }), kind: 'ExternalSecret' })
  const conflicts = [conflict('.spec.refreshInterval', 'external-secrets')]

  test.each([
    ['1h0m0s', '1h'],
    ['1h30m0s', '1.5h'],
    ['0s', '0'],
    ['500ms', '0.5s']
  ])('does not exist where the External Secrets Operator wrote %s for the same duration %s', (stored, wanted) => {
    expect(valueConflictsOf(conflicts, interval(stored), interval(wanted))).toEqual([])
  })

  test('exists where durations differ, or where another field only looks like a duration', () => {
    expect(valueConflictsOf(conflicts, interval('1h0m0s'), interval('2h'))).toHaveLength(1)
    const other = (replicas: string) => ({ ...object({ replicas }), kind: 'ConfigMap' })
    expect(valueConflictsOf([conflict('.spec.replicas')], other('1h'), other('60m'))).toHaveLength(1)
  })

  test('exists where its path cannot be followed while something differs', () => {
    const disputes = valueConflictsOf([conflict('.spec.nowhere')], object({ a: 1 }), object({ a: 2 }))
    expect(disputes).toEqual([{ field: '.spec.nowhere', manager: 'helm', values: undefined }])
  })
})

describe('the values of a field conflict', () => {
  const configMap = (data: object): KubernetesObject => ({ ...object({}), kind: 'ConfigMap', data })

  test('are shown', () => {
    const disputes = valueConflictsOf([conflict('.data.redis.conf')], configMap({ 'redis.conf': 'a' }), configMap({}))
    expect(disputes).toEqual([{ field: '.data.redis.conf', manager: 'helm', values: ['"a"', 'nothing'] }])
  })

  test('are hidden where the diff would hide a part of them', () => {
    const users = (password: string) => configMap({ 'users.acl': `user app on >${password} ~* +@all` })
    const disputes = valueConflictsOf([conflict('.data.users.acl', 'kubectl-edit')], users('live'), users('wanted'))
    expect(disputes).toEqual([{ field: '.data.users.acl', manager: 'kubectl-edit', values: undefined }])
    expect(conflictFailure(configMap({}), 'team', disputes).message).toBe(
      'cannot apply ConfigMap/redis in namespace team: ' +
        '"kubectl-edit" owns .data.users.acl with a different value (not shown)'
    )
  })
})

const dispute = (field: string, manager = 'helm'): ValueConflict => ({ field, manager, values: ['1', '2'] })

describe('the failure for field conflicts', () => {
  test('names object, field, manager, both values and the ways out', () => {
    expect(
      conflictFailure(object({}), 'team', [dispute('.spec.a'), { ...dispute('.spec.b', 'x'), values: undefined }])
    ).toMatchObject({
      code: 'field-conflict',
      message:
        'cannot apply StatefulSet/redis in namespace team: "helm" owns .spec.a with the value 1, wanted: 2; ' +
        '"x" owns .spec.b with a different value (not shown)',
      hint:
        'remove the field from the manifests to leave it to helm, x, give both the same value, ' +
        'or set `force-conflicts: true` to take it over',
      evidence: []
    })
  })

  test('lists many fields as evidence', () => {
    const { message, evidence } = conflictFailure(
      object({}),
      'team',
      Array.from('abcdefg', (name) => dispute(name))
    )
    expect(message).toMatch(/; and 2 more$/)
    expect(evidence[0]?.text.split('\n')).toHaveLength(7)
  })

  test('suggests the input that keeps the credentials, for a conflict about them', () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'redis-credentials' } }
    expect(conflictFailure(secret, 'team', [dispute('.data.password')]).hint).toMatch(/^leave the input redis-password/)
  })
})

test('lists taken over fields by manager', () => {
  expect(takeoverNote([])).toBeUndefined()
  expect(takeoverNote([dispute('.a', 'x'), dispute('.b', 'y'), dispute('.c', 'x')])).toBe(
    'took .a, .c over from x, and .b over from y'
  )
})
