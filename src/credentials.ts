import { at, type KubernetesObject, textAt } from './kubernetes-object.ts'

/** The fields that applications read from the Secret `redis-credentials`, in every environment. */
export const credentialFields = ['host', 'port', 'password', 'url'] as const

export type CredentialField = (typeof credentialFields)[number]

export type Credentials = Record<CredentialField, string>

/** The value of one field of the stored Secret, undefined if it has no such key. */
export function credentialField(secret: KubernetesObject, field: CredentialField): string | undefined {
  if (at(secret, 'data', field) === undefined) return undefined
  return Buffer.from(textAt(secret, 'data', field) ?? '', 'base64').toString('utf8')
}
