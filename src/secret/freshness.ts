import type { FailureCode } from '../failure.ts'
import { type KubernetesObject, objectId } from '../kubernetes-object.ts'
import { harmlessLine } from '../untrusted-text.ts'
import { describeExternalSecret } from './cause.ts'
import { type Ready, syncStatus } from './external-secret.ts'
import type { Obstacle } from './refresh.ts'

/** Why the Secret cannot be shown to be what AWS holds now. */
export interface Refusal {
  code: FailureCode
  sentence: string
  hint: string
}

export type Freshness =
  | { state: 'fresh'; detail: string }
  | { state: 'waiting'; waitingFor: string }
  | { state: 'refused'; refusal: Refusal }

/**
 * Whether the ExternalSecret was synced since it was told to.
 * @param before the version that was synced when it was told to
 */
export function freshness(externalSecret: KubernetesObject, before: string | undefined): Freshness {
  const { ready, version, refreshTime } = syncStatus(externalSecret)
  const { generation } = externalSecret.metadata
  const id = objectId(externalSecret)
  if (version === undefined || version === before) return waiting(`the operator to sync ${id}`)
  if (!version.startsWith(`${generation}-`)) return waiting(`the operator to sync generation ${generation} of ${id}`)
  if (ready?.status !== 'True') return waiting(`${id} to be Ready (${wordsOf(ready)})`)
  const refusal = notSynced(externalSecret, ready)
  return refusal === undefined
    ? { state: 'fresh', detail: `at ${refreshTime ?? 'an unknown time'}` }
    : { state: 'refused', refusal }
}

/** What to look at when nothing syncs. The label is that of the operator's Helm chart. */
export function operatorHint(externalSecret: KubernetesObject, namespace: string): string {
  return (
    'see whether the External Secrets Operator runs: `kubectl get pods -A -l app.kubernetes.io/name=external-secrets`, ' +
    `and what it says: ${describeExternalSecret(externalSecret, namespace)}`
  )
}

function waiting(waitingFor: string): Freshness {
  return { state: 'waiting', waitingFor }
}

/** Why the Secret may not be what AWS holds, by a line of the ExternalSecret. */
export function stale(externalSecret: KubernetesObject, { line, effect, hint }: Obstacle, since: string): Refusal {
  const sentence = `${objectId(externalSecret)} cannot show that the Secret is what AWS holds now: ${line} ${effect}${since}`
  return { code: 'secret-stale', sentence, hint }
}

const hints = new Map([
  [
    'SecretMissing',
    'set `creationPolicy: Owner` under spec.target of the ExternalSecret, or create the Secret that it merges into'
  ],
  ['SecretDeleted', 'create the secret in AWS Secrets Manager again, or correct its name in the ExternalSecret'],
  ['SecretSynced', 'see why AWS gives nothing for what the ExternalSecret asks: its `remoteRef`, `extract` or `find`']
])

/** The operator also calls Ready=True what brought nothing from AWS; undefined if this did. */
export function notSynced(externalSecret: KubernetesObject, ready: Ready): Refusal | undefined {
  if (ready.reason === 'SecretSynced' && /^secret (was )?synced\b/i.test(ready.message)) return undefined
  return {
    code: 'secret-stale',
    sentence: `${objectId(externalSecret)} is Ready, but brought nothing from AWS: ${wordsOf(ready)}`,
    hint: hints.get(ready.reason) ?? 'correct the ExternalSecret, so that it is Ready with the reason SecretSynced'
  }
}

function wordsOf(ready: Ready | undefined): string {
  return ready === undefined ? 'no such condition yet' : harmlessLine(`${ready.reason}: ${ready.message}`)
}
