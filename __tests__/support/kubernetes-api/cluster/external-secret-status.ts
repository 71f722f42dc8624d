import { createHash } from 'node:crypto'
import { type JsonObject, listAt, objectAt, textAt } from '../json.ts'
import { type KubernetesObject, timestamp } from '../object.ts'

/** A hash as long as the operator's. */
export function hashOf(value: unknown): string {
  return createHash('sha3-224').update(JSON.stringify(value)).digest('hex')
}

/** The version recorded as synced: the generation, and a hash of annotations and labels. */
export function versionOf({ metadata }: KubernetesObject): string {
  return `${metadata.generation}-${hashOf([metadata.annotations, metadata.labels])}`
}

/** Whether a sync is due for another reason than the time. */
export function isDue(externalSecret: KubernetesObject): boolean {
  const synced = textAt(externalSecret, 'status', 'syncedResourceVersion')
  if (synced === '') return true
  const policy = textAt(externalSecret, 'spec', 'refreshPolicy')
  const isPeriodic = policy === '' || policy === 'Periodic'
  if (policy === 'CreatedOnce') return false
  if (isPeriodic && textAt(externalSecret, 'spec', 'refreshInterval') === '0s') return false
  return synced !== versionOf(externalSecret)
}

/** The status after a sync that the operator reports as done. @param binding the Secret that was written, if any */
export function doneStatus(
  externalSecret: KubernetesObject,
  reason: string,
  message: string,
  binding: string | undefined
): JsonObject {
  const bound = binding ?? textAt(externalSecret, 'status', 'binding', 'name')
  return {
    binding: { name: bound },
    conditions: [condition(externalSecret, 'True', reason, message)],
    refreshTime: timestamp(),
    syncedResourceVersion: versionOf(externalSecret)
  }
}

/** The status after a failure: time and version of the last sync stay. */
export function failedStatus(externalSecret: KubernetesObject): JsonObject {
  const message = 'could not get secret data from provider'
  return {
    binding: { name: '' },
    refreshTime: null,
    ...objectAt(externalSecret, 'status'),
    conditions: [condition(externalSecret, 'False', 'SecretSyncedError', message)]
  }
}

/** The time of a transition changes only with the status. */
function condition(externalSecret: KubernetesObject, status: string, reason: string, message: string): JsonObject {
  const [old] = listAt(externalSecret, 'status', 'conditions')
  const lastTransitionTime = textAt(old, 'status') === status ? textAt(old, 'lastTransitionTime') : timestamp()
  return { type: 'Ready', status, reason, message, lastTransitionTime }
}
