import { at, type KubernetesObject, objectId, textAt } from './kubernetes/object.ts'
import { names } from './kubernetes/workload.ts'
import type { ManifestDocument } from './manifest.ts'

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

/** One thing that is wrong with one key of the Secret. */
export interface FieldProblem {
  key: CredentialField
  /** What is wrong, to be read after `key password`; of all values, only host and port may stand in it. */
  problem: string
  /** What to do about it, as an order. */
  fix: string
}

/** A host or port for a sentence, in brackets; nothing if it may not be shown. */
export function shownAddress(value: string, values: Partial<Credentials>): string {
  return mayShow(value, values) ? ` (${value})` : ''
}

/** Whether a host or port can be shown: it may be the password in the wrong key, or have it inside. */
export function mayShow(value: string, { password, url }: Partial<Credentials>): boolean {
  if (password !== undefined && value.includes(password)) return false
  return url === undefined || !(url.includes(`:${value}@`) || url.includes(`/${value}@`))
}
