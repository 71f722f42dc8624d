import { describe, expect, test } from '@jest/globals'
import { claimNames, claimRisk, claimRiskSentence } from '../../../../src/core/kubernetes/claims.ts'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { shippedOne } from '../../phases/plan/shipped.ts'

const claim = (rest: object = {}, metadata: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data-redis-0', ...metadata },
  spec: { volumeName: 'pvc-1' },
  status: { phase: 'Bound' },
  ...rest
})
const deleted = { deletionTimestamp: '2026-11-30T00:00:00Z' }

describe('the volume claims of redis-0', () => {
  test('include the one from the template of the shipped manifests', () => {
    expect(claimNames(shippedOne('StatefulSet', 'redis'))).toEqual(['data-redis-0'])
  })

  test('include one that a volume names, but not one that only the exporter mounts', () => {
    const mount = (name: string) => ({ name, mountPath: `/${name}` })
    const volume = (name: string) => ({ name, persistentVolumeClaim: { claimName: `claim-${name}` } })
    const pod = {
      containers: [
        { name: 'metrics', volumeMounts: [mount('b')] },
        { name: 'redis', volumeMounts: [mount('a'), mount('c'), mount('config')] }
      ],
      volumes: [volume('a'), volume('b'), { name: 'config', configMap: { name: 'x' } }]
    }
    const volumeClaimTemplates = [{ metadata: { name: 'c' } }, { metadata: { name: 'd' } }]
    const metadata = { name: 'redis' }
    const spec = { template: { spec: pod }, volumeClaimTemplates }
    expect(claimNames({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec })).toEqual(['claim-a', 'c-redis-0'])
  })
})

describe('the state of a volume claim', () => {
  test.each([
    ['that is bound is well', claim(), undefined],
    ['that is not bound yet is well', claim({ status: { phase: 'Pending' }, spec: {} }), undefined],
    ['that is being deleted loses its volume', claim({}, deleted), 'deleted'],
    ['that is Lost has lost it', claim({ status: { phase: 'Lost' } }), 'lost'],
    ['that is Lost and being deleted has lost it', claim({ status: { phase: 'Lost' } }, deleted), 'lost']
  ])('is read from its phase and metadata: %s', (_, object, risk) => {
    expect(claimRisk(object)).toBe(risk)
  })

  test('names the claim and its volume', () => {
    expect(claimRiskSentence(claim())).toBeUndefined()
    expect(claimRiskSentence(claim({}, deleted))).toBe(
      'the claim data-redis-0 is being deleted, and held only by pod redis-0: with the next restart the volume pvc-1 goes, and every key with it'
    )
    expect(claimRiskSentence(claim({ status: { phase: 'Lost' } }))).toBe(
      'the claim data-redis-0 is Lost: the volume pvc-1 is gone from the cluster, and what is left of the data is what Redis holds in memory, until pod redis-0 restarts'
    )
    expect(claimRiskSentence(claim({ spec: {} }, deleted))).toContain('with the next restart its volume goes')
  })
})
