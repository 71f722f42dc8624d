import { describe, expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { pendingRestart, restartReasons, staleReason } from '../../../../src/phases/plan/predicted-restart.ts'

const config = 'redis-cache-action/config'
const password = 'redis-cache-action/password'

function statefulSet(annotations: Record<string, string>, image = 'redis:7.2', replicas = 1): KubernetesObject {
  const template = {
    metadata: { labels: { app: 'redis' }, annotations },
    spec: { containers: [{ name: 'redis', image }] }
  }
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'redis' }, spec: { replicas, template } }
}

describe('a predicted restart of redis-0', () => {
  const before = statefulSet({ [config]: 'a', [password]: 'b', team: 'erp' })

  test.each([
    ['another configuration', statefulSet({ [config]: 'x', [password]: 'b', team: 'erp' }), ['configuration']],
    ['another password', statefulSet({ [config]: 'a', [password]: 'x', team: 'erp' }), ['password']],
    ['another image', statefulSet({ [config]: 'a', [password]: 'b', team: 'erp' }, 'redis:8'), ['pod template']],
    ['another annotation', statefulSet({ [config]: 'a', [password]: 'b', team: 'lab' }), ['pod template']],
    [
      'all at once',
      statefulSet({ [config]: 'x', [password]: 'x' }, 'redis:8'),
      ['configuration', 'password', 'pod template']
    ]
  ])('has the reason %s', (_, after, reasons) => {
    expect(restartReasons(before, after)).toEqual(reasons)
  })

  test('is not caused by changes outside of the pod template', () => {
    expect(
      restartReasons(before, statefulSet({ [config]: 'a', [password]: 'b', team: 'erp' }, 'redis:7.2', 0))
    ).toEqual([])
  })

  test.each([
    ['updateStrategy OnDelete', { type: 'OnDelete' }],
    ['partition 1', { type: 'RollingUpdate', rollingUpdate: { partition: 1 } }]
  ])('does not happen with %s, which keeps the old pod', (reason, updateStrategy) => {
    const after = statefulSet({ [config]: 'x' }, 'redis:8')
    const held = { ...after, spec: { ...Object(after['spec']), updateStrategy } }
    expect(restartReasons(before, held)).toEqual([])
    expect(staleReason(before, held)).toBe(reason)
    expect(staleReason(held, held)).toBeUndefined()
    expect(staleReason(before, after)).toBeUndefined()
  })

  test('is caused by checksum annotations on a template that had none', () => {
    expect(restartReasons(statefulSet({ team: 'erp' }), before)).toEqual(['configuration', 'password'])
  })
})

describe('a later restart of redis-0', () => {
  const stored = statefulSet({ [config]: 'a' })
  const behind = { currentRevision: 'redis-1', updateRevision: 'redis-2' }
  const withStatus = (status: object, updateStrategy?: object): KubernetesObject => ({
    ...stored,
    spec: { ...Object(stored['spec']), ...(updateStrategy && { updateStrategy }) },
    status
  })

  test('is predicted for a change that the controller applies later', () => {
    expect(pendingRestart(withStatus(behind), statefulSet({ [config]: 'x' }))).toEqual(['configuration'])
  })

  test.each([
    ['has not reached it', withStatus(behind)],
    ['was held back and is no longer', withStatus(behind, { type: 'OnDelete' })]
  ])('is predicted where a template stored earlier %s', (_, before) => {
    expect(pendingRestart(before, stored)).toEqual(['revision redis-2 is stored and not running yet'])
  })

  test.each([
    ['it runs the revision that is stored', withStatus({ currentRevision: 'redis-2', updateRevision: 'redis-2' })],
    ['the controller has not reported the current revision yet', withStatus({})],
    ['the controller never reports it under OnDelete', withStatus(behind, { type: 'OnDelete' })]
  ])('is not predicted where nothing changes and %s', (_, before) => {
    expect(pendingRestart(before, before)).toEqual([])
  })
})
