import type { KubernetesObject } from '../kubernetes-object.ts'
import type { StoreReference } from './external-secret.ts'

/** What the operator failed at, beside its own words. */
export interface FailedSync {
  /** The name of the secret in AWS; undefined if the words do not lead to it. */
  key: string | undefined
  store: StoreReference
  namespace: string
  /** What the store says of itself, if that is known. */
  storeWords: string | undefined
  /** All that the operator said, on one line. */
  said: string
}

/** A reason for which the operator cannot sync, by the words in which it says so. */
export interface Cause {
  pattern: RegExp
  /** How long it may last before it is believed, in milliseconds. */
  tolerance?: number
  tell(sync: FailedSync, captured: (string | undefined)[]): { sentence: string; hint: string }
}

/** One try may fail where the next succeeds (external-secrets/external-secrets#3878); the operator retries after 1 s. */
export const brief = 3_000
/** A store that was just made, a network that was down, a limit of requests. */
export const healing = 10_000

export function idOf({ kind, name }: StoreReference): string {
  return `${kind}/${name}`
}

/** A command that shows the store, and what it complains of. */
export function describeStore({ kind, name }: StoreReference, namespace: string): string {
  const place = kind === 'ClusterSecretStore' ? '' : ` -n ${namespace}`
  return `\`kubectl${place} describe ${kind.toLowerCase()} ${typed(name)}\``
}

/** A command that shows what the operator says of an ExternalSecret, whose name may be another than that of its Secret. */
export function describeExternalSecret({ metadata }: KubernetesObject, namespace: string): string {
  return `\`kubectl -n ${namespace} describe externalsecret ${typed(metadata.name)}\``
}

/** A name for a command that people copy: it comes from outside, and only a plain one is safe in a shell. */
export function typed(name: string): string {
  return /^[\w@%+=:,./][\w@%+=:,./-]*$/.test(name) ? name : 'NAME'
}
