import { isUtf8 } from 'node:buffer'
import { at, type KubernetesObject, objectId, textAt } from './kubernetes/object.ts'
import { names } from './kubernetes/workload.ts'
import type { ManifestDocument } from './manifest.ts'

/** The fields that applications read from the Secret `redis-credentials`, in every environment. */
export const credentialFields = ['host', 'port', 'password', 'url'] as const

export type CredentialField = (typeof credentialFields)[number]

export type Credentials = Record<CredentialField, string>

/** The Secret with the credentials, for requests. */
export const credentialsObject: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: names.credentials }
}

/** The Secret with the credentials, if the manifests contain it themselves. */
export function renderedSecret(documents: readonly ManifestDocument[]): ManifestDocument | undefined {
  return documents.find(({ object }) => objectId(object) === objectId(credentialsObject))
}

/** The value of one key of the stored Secret, undefined if the key is missing. */
export function credentialField(secret: KubernetesObject, field: CredentialField): string | undefined {
  if (at(secret, 'data', field) === undefined) return undefined
  return Buffer.from(textAt(secret, 'data', field) ?? '', 'base64').toString('utf8')
}

/**
 * Whether a key of the stored Secret is text; a missing one is. Other bytes reach no client as they are: a URL and the
 * environment of a process carry text.
 */
export function isText(secret: KubernetesObject, field: CredentialField): boolean {
  return isUtf8(Buffer.from(textAt(secret, 'data', field) ?? '', 'base64'))
}

/** Whether a key can be judged; `url` has the password in it, and is as good as that. */
export function isReadable(secret: KubernetesObject, field: CredentialField): boolean {
  return isText(secret, field) && (field !== 'url' || isText(secret, 'password'))
}

/** One problem of one key of the Secret. */
export interface FieldProblem {
  key: CredentialField
  /** What is wrong, to be read after `key password`; the only values it may contain are host and port. */
  problem: string
  /** What to do about it, in the imperative. */
  fix: string
}

/** A host or port in brackets, for a sentence; empty if it must not be shown. */
export function shownAddress(value: string, values: Partial<Credentials>): string {
  return mayShow(value, values) ? ` (${value})` : ''
}

/** Whether a host or port can be shown: it may be the password under the wrong key, or contain it. */
export function mayShow(value: string, { password, url }: Partial<Credentials>): boolean {
  if (password !== undefined && value.includes(password)) return false
  return url === undefined || !(url.includes(`:${value}@`) || url.includes(`/${value}@`))
}
