import { at, type KubernetesObject, objectId, textAt } from './kubernetes-object.ts'
import type { ManifestDocument } from './manifest.ts'
import { names } from './workload.ts'

/** The fields that applications read from the Secret `redis-credentials`, in every environment. */
export const credentialFields = ['host', 'port', 'password', 'url'] as const

export type CredentialField = (typeof credentialFields)[number]

export type Credentials = Record<CredentialField, string>

/** The Secret with the credentials, as it is asked for. */
export const credentialsObject: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: names.credentials }
}

/** The Secret with the credentials, if the manifests bring it themselves. */
export function renderedSecret(documents: readonly ManifestDocument[]): ManifestDocument | undefined {
  return documents.find(({ object }) => objectId(object) === objectId(credentialsObject))
}

/** The value of one field of the stored Secret, undefined if it has no such key. */
export function credentialField(secret: KubernetesObject, field: CredentialField): string | undefined {
  if (at(secret, 'data', field) === undefined) return undefined
  return Buffer.from(textAt(secret, 'data', field) ?? '', 'base64').toString('utf8')
}
