import { type JsonObject, objectAt, textAt } from '../json.ts'
import type { KubernetesObject } from '../object.ts'
import { hashOf } from './external-secret-status.ts'

const DATA_HASH = 'reconcile.external-secrets.io/data-hash'

/** The name of the Secret that an ExternalSecret writes. */
export function targetOf(externalSecret: KubernetesObject): string {
  return textAt(externalSecret, 'spec', 'target', 'name') || externalSecret.metadata.name
}

/** Whether a Secret is unchanged since it was written. */
export function isIntact(secret: KubernetesObject | undefined): boolean {
  return secret?.metadata.annotations?.[DATA_HASH] === hashOf(secret?.['data'] ?? {})
}

/**
 * The Secret as the operator writes it, with the values of the provider.
 * @returns undefined where none is to be written
 */
export function secretFor(
  externalSecret: KubernetesObject,
  existing: KubernetesObject | undefined,
  values: Readonly<Record<string, string>>
): KubernetesObject | undefined {
  const target = objectAt(externalSecret, 'spec', 'target')
  const policy = target['creationPolicy']
  if (policy === 'None' || (policy === 'Merge' && existing === undefined)) return undefined
  const data = dataFor(target, existing, values)
  const { namespace, annotations } = externalSecret.metadata
  return {
    ...existing,
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      ...existing?.metadata,
      name: targetOf(externalSecret),
      ...(namespace !== undefined && { namespace }),
      labels: { ...existing?.metadata.labels, 'reconcile.external-secrets.io/managed': 'true' },
      annotations: { ...existing?.metadata.annotations, ...annotations, [DATA_HASH]: hashOf(data) },
      ...(policy === 'Owner' && { ownerReferences: [ownerOf(externalSecret)] })
    },
    ...(target['immutable'] === true && { immutable: true }),
    data
  }
}

function dataFor(
  target: JsonObject,
  existing: KubernetesObject | undefined,
  values: Readonly<Record<string, string>>
): JsonObject {
  const old = objectAt(existing, 'data')
  // Nothing new is written, and the sync is called done all the same.
  if (target['immutable'] === true && existing !== undefined) return old
  const fresh = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')])
  return { ...(target['creationPolicy'] === 'Merge' && old), ...Object.fromEntries(fresh) }
}

function ownerOf({ apiVersion, kind, metadata: { name, uid } }: KubernetesObject): JsonObject {
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }
}
