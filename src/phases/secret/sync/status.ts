import { type KubernetesObject, listAt, textAt } from '../../../core/kubernetes/object.ts'

/** The condition Ready as the operator wrote it. */
export interface Ready {
  status: string
  reason: string
  message: string
}

/**
 * The outcome of the last sync of an ExternalSecret. There is no observedGeneration: a failed sync changes the
 * condition alone, and only if it was different before (markAsDone and markAsFailed in externalsecret_controller.go).
 */
export interface SyncStatus {
  ready: Ready | undefined
  /** Of the last successful sync: `<generation>-<hash of labels and annotations>`. */
  version: string | undefined
  /** The start of that sync, in whole seconds of the operator's clock. */
  refreshTime: string | undefined
}

export function syncStatus(externalSecret: KubernetesObject): SyncStatus {
  const condition = listAt(externalSecret, 'status', 'conditions').find((each) => textAt(each, 'type') === 'Ready')
  const text = (name: string) => textAt(condition, name) ?? ''
  return {
    ready: condition === undefined ? undefined : readyOf(text),
    version: textAt(externalSecret, 'status', 'syncedResourceVersion') || undefined,
    refreshTime: textAt(externalSecret, 'status', 'refreshTime') || undefined
  }
}

function readyOf(text: (name: string) => string): Ready {
  return { status: text('status'), reason: text('reason'), message: text('message') }
}

/** The store that an ExternalSecret reads from. */
export interface StoreReference {
  kind: string
  name: string
}

export function storeOf(externalSecret: KubernetesObject): StoreReference {
  const reference = (field: string) => textAt(externalSecret, 'spec', 'secretStoreRef', field)
  return { kind: reference('kind') || 'SecretStore', name: reference('name') ?? '' }
}

/** The name of the first AWS secret that an ExternalSecret reads. */
export function remoteSecret(externalSecret: KubernetesObject): string | undefined {
  const key = (field: string, reference: string) => textAt(externalSecret, 'spec', field, 0, reference, 'key')
  return key('data', 'remoteRef') ?? key('dataFrom', 'extract')
}
