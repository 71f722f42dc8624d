import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'

// Shapes as the External Secrets Operator 0.20 writes them, without the fields that nobody reads.

const uid = '0736a399-b7ee-4098-a6d7-0833167ad16d'

export const synced = { status: 'True', reason: 'SecretSynced', message: 'secret synced' }
export const failed = {
  status: 'False',
  reason: 'SecretSyncedError',
  message: 'could not get secret data from provider'
}

interface Shape {
  generation?: number
  /** Without it the operator has never seen the object. */
  ready?: { status: string; reason: string; message: string }
  version?: string
  refreshTime?: string | null
  spec?: object
}

export function externalSecret({ generation = 2, ready, version, refreshTime, spec }: Shape = {}): KubernetesObject {
  const time = refreshTime === undefined ? (version === undefined ? null : '2026-11-23T08:15:39Z') : refreshTime
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: {
      name: 'redis-credentials',
      namespace: 'team',
      uid,
      generation,
      creationTimestamp: '2026-11-23T08:15:38Z'
    },
    spec: {
      refreshInterval: '1h0m0s',
      secretStoreRef: { kind: 'ClusterSecretStore', name: 'aws-secrets-manager' },
      target: { name: 'redis-credentials', creationPolicy: 'Owner', deletionPolicy: 'Retain' },
      data: [{ secretKey: 'host', remoteRef: { key: 'hospital-erp/redis', property: 'host' } }],
      ...spec
    },
    ...(ready !== undefined && {
      status: {
        binding: { name: '' },
        conditions: [{ type: 'Ready', lastTransitionTime: '2026-11-23T08:15:39Z', ...ready }],
        refreshTime: time,
        ...(version !== undefined && { syncedResourceVersion: version })
      }
    })
  }
}

/** An event of the ExternalSecret. */
export function failure(message: string, more: object = {}, eventUid = 'e1'): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `redis-credentials.${eventUid}`, uid: eventUid, creationTimestamp: '2026-11-23T08:15:40Z' },
    involvedObject: { kind: 'ExternalSecret', name: 'redis-credentials', namespace: 'team', uid },
    type: 'Warning',
    reason: 'UpdateFailed',
    message,
    count: 1,
    lastTimestamp: '2026-11-23T08:15:40Z',
    eventTime: null,
    ...more
  }
}

/** An event of a store. */
export function storeEvent(kind: string, name: string, message: string, more: object = {}): KubernetesObject {
  return failure(message, {
    involvedObject: { kind, name, namespace: 'team' },
    reason: 'InvalidProviderConfig',
    ...more
  })
}
