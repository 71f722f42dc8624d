import { describe, expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import {
  checksumAnnotations,
  checksumsWithoutPassword,
  restartReason
} from '../../../../src/phases/apply/restart-checksums.ts'
import { configMap, documentOf } from '../../document-of.ts'

const config = 'redis-cache-action/config'
const password = 'redis-cache-action/password'

const statefulSet = documentOf(`apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: redis
spec:
  template:
    spec:
      containers:
      - name: redis
      volumes:
      - name: config
        configMap: {name: redis-config}
      - name: credentials
        secret: {secretName: redis-credentials}
`).object
const withoutSecret = documentOf(`apiVersion: apps/v1
kind: StatefulSet
metadata: {name: redis}
spec: {template: {spec: {containers: [{name: redis}]}}}
`).object
const secret = (uid: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'redis-credentials', uid }
})
const conf = (maxmemory: string) => configMap('redis-config', { 'redis.conf': `maxmemory ${maxmemory}\n`, other: 'x' })
const marks = (documents = [conf('256mb')], word = 'secret', uid = 'one', set = statefulSet) =>
  checksumAnnotations(set, documents, secret(uid), word)

describe('the checksum annotations of the pod template', () => {
  test('are the same for the same content', () => {
    const reordered = configMap('redis-config', { other: 'x', 'redis.conf': 'maxmemory 256mb\n' })
    expect(marks([reordered])).toEqual(marks())
    expect(marks()).toEqual({
      [config]: expect.stringMatching(/^[0-9a-f]{16}$/),
      [password]: expect.stringMatching(/^[0-9a-f]{16}$/)
    })
  })

  test('change with the configuration, leaving that of the password unchanged', () => {
    const [before, after] = [marks(), marks([conf('128mb')])]
    expect(after[config]).not.toBe(before[config])
    expect(after[password]).toBe(before[password])
  })

  test('change with the password, leaving that of the configuration unchanged', () => {
    const [before, after] = [marks(), marks([conf('256mb')], 'another')]
    expect(after[config]).toBe(before[config])
    expect(after[password]).not.toBe(before[password])
  })

  test('omit the password without the UID of its Secret', () => {
    expect(marks([conf('256mb')], 'secret', 'two')[password]).not.toBe(marks()[password])
  })

  test('change with the key that holds a text', () => {
    expect(marks([configMap('redis-config', { a: 'x' })])).not.toEqual(marks([configMap('redis-config', { b: 'x' })]))
  })

  test('omit the password where the pod reads no Secret', () => {
    expect(Object.keys(marks([], 'secret', 'one', withoutSecret))).toEqual([config])
  })

  test.each([
    ['is not mentioned', configMap('dashboards', { a: 'b' })],
    ['has the name of the container', configMap('redis', { a: 'b' })],
    ['has the name of the volume', configMap('config', { a: 'b' })],
    ['has the name of the Secret', configMap('redis-credentials', { a: 'b' })]
  ])('ignore a ConfigMap that the pod does not read: its name %s', (_, other) => {
    expect(marks([conf('256mb'), other])).toEqual(marks())
  })

  test('ignore documents of other kinds', () => {
    const service = documentOf('{apiVersion: v1, kind: Service, metadata: {name: redis-config}}')
    expect(marks([conf('256mb'), service])).toEqual(marks())
  })
})

describe('the checksum annotations of a plan without the password', () => {
  const stored = (annotations: Record<string, string>): KubernetesObject => ({
    ...statefulSet,
    spec: { template: { metadata: { annotations } } }
  })

  test('keep that of the password and compute that of the configuration', () => {
    const kept = checksumsWithoutPassword(statefulSet, [conf('256mb')], stored({ [config]: 'old', [password]: 'kept' }))
    expect(kept).toEqual({ [config]: marks()[config], [password]: 'kept' })
  })

  test('omit that of the password where there was none', () => {
    expect(checksumsWithoutPassword(statefulSet, [conf('256mb')], stored({}))).toEqual({ [config]: marks()[config] })
    expect(Object.keys(checksumsWithoutPassword(statefulSet, [], undefined))).toEqual([config])
  })
})

describe('the reason for a restart', () => {
  const before = (annotations: Record<string, string>): KubernetesObject => ({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'redis' },
    spec: { template: { metadata: { annotations } } }
  })
  const now = { [config]: 'c2', [password]: 'p2' }

  test.each([
    ['nothing changed', { [config]: 'c2', [password]: 'p2' }, undefined],
    ['the configuration', { [config]: 'c1', [password]: 'p2' }, 'configuration changed'],
    ['the password', { [config]: 'c2', [password]: 'p1' }, 'password changed'],
    ['configuration and password', { [config]: 'c1', [password]: 'p1' }, 'configuration and password changed'],
    ['no marks yet, because another tool made it', {}, undefined]
  ])('names what changed: %s', (_, stored, reason) => {
    expect(restartReason(before(stored), now)).toBe(reason)
  })
})
