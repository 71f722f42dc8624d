import type { FailureCode } from '../../../core/failure.ts'
import { type KubernetesObject, objectId, textAt } from '../../../core/kubernetes/object.ts'
import { names } from '../../../core/kubernetes/workload.ts'
import { sanitizeLine } from '../../../core/sanitize.ts'
import { durationNanos } from '../../../core/units.ts'
import { describeExternalSecret } from './known-errors.ts'
import { type Ready, syncStatus } from './status.ts'

/** A line of the ExternalSecret that keeps the Secret from following AWS. */
interface Obstacle {
  line: string
  /** Its effect, to be read after the line. */
  effect: string
  hint: string
}

/** With this the operator reports every sync as done, and writes no Secret. */
export function writesNothing(externalSecret: KubernetesObject): Obstacle | undefined {
  if (textAt(externalSecret, 'spec', 'target', 'creationPolicy') !== 'None') return undefined
  return {
    line: 'creationPolicy: None',
    effect: `stops the operator from writing the Secret, so its status says nothing about Secret/${names.credentials}`,
    hint: 'set `creationPolicy: Owner` under spec.target of the ExternalSecret, or remove the line'
  }
}

/**
 * What keeps the Secret as first synced, whatever changes in AWS (shouldRefresh and updateSecret in
 * externalsecret_controller.go). OnChange is not such a case: an annotation is a change, too.
 */
export function syncsOnce(externalSecret: KubernetesObject, namespace: string): Obstacle | undefined {
  const spec = (...path: string[]) => textAt(externalSecret, 'spec', ...path)
  const policy = spec('refreshPolicy') ?? 'Periodic'
  if (policy === 'CreatedOnce') {
    return {
      line: 'refreshPolicy: CreatedOnce',
      effect: 'disables later syncs',
      hint: 'set `refreshPolicy: Periodic` in the spec of the ExternalSecret, or remove the line'
    }
  }
  const interval = spec('refreshInterval') ?? ''
  if (policy === 'Periodic' && (durationNanos(interval) ?? 1) <= 0) {
    return {
      line: `refreshInterval: ${interval}`,
      effect: 'disables later syncs',
      hint: 'set `refreshInterval: 1h0m0s` in the spec of the ExternalSecret'
    }
  }
  if (spec('target', 'immutable') === 'true') {
    return {
      line: 'immutable: true',
      effect: 'keeps the Secret as first created, while later syncs are reported as done',
      hint:
        'remove `immutable: true` under spec.target of the ExternalSecret, and delete the Secret once, because it cannot be ' +
        `changed: \`kubectl -n ${namespace} delete secret ${names.credentials}\``
    }
  }
  return undefined
}

/** How often the operator syncs by itself, in milliseconds; undefined if it does not, or not always. */
export function syncInterval(externalSecret: KubernetesObject): number | undefined {
  const policy = textAt(externalSecret, 'spec', 'refreshPolicy') ?? 'Periodic'
  // Outside of its windows a sync may be delayed until the next one.
  const always = policy === 'Periodic' && !hasWindows(externalSecret)
  const nanos = durationNanos(textAt(externalSecret, 'spec', 'refreshInterval') ?? '')
  return always && nanos !== undefined && nanos > 0 ? Number(nanos) / 1e6 : undefined
}

function hasWindows({ spec }: KubernetesObject): boolean {
  return typeof spec === 'object' && spec !== null && 'syncWindows' in spec
}

/** Why the Secret cannot be proven to match AWS now. */
export interface SyncRefusal {
  code: FailureCode
  sentence: string
  hint: string
}

export type Freshness =
  | { state: 'fresh'; detail: string }
  | { state: 'waiting'; waitingFor: string }
  | { state: 'refused'; refusal: SyncRefusal }

/**
 * Whether the ExternalSecret was synced since its sync was forced.
 * @param before the version that was synced before
 */
export function freshness(externalSecret: KubernetesObject, before: string | undefined): Freshness {
  const { ready, version, refreshTime } = syncStatus(externalSecret)
  const { generation } = externalSecret.metadata
  const id = objectId(externalSecret)
  if (version === undefined || version === before) return waiting(`the operator to sync ${id}`)
  if (!version.startsWith(`${generation}-`)) return waiting(`the operator to sync generation ${generation} of ${id}`)
  if (ready?.status !== 'True') return waiting(`${id} to be Ready (${wordsOf(ready)})`)
  const refusal = notSyncedFailure(externalSecret, ready)
  return refusal === undefined
    ? { state: 'fresh', detail: `at ${refreshTime ?? 'an unknown time'}` }
    : { state: 'refused', refusal }
}

/** What to look at if nothing syncs. The label is that of the operator's Helm chart. */
export function operatorHint(externalSecret: KubernetesObject, namespace: string): string {
  return (
    'check that the External Secrets Operator is running: `kubectl get pods -A -l app.kubernetes.io/name=external-secrets`, ' +
    `and what it says: ${describeExternalSecret(externalSecret, namespace)}`
  )
}

function waiting(waitingFor: string): Freshness {
  return { state: 'waiting', waitingFor }
}

/** Why the Secret may not match AWS, by a line of the ExternalSecret. */
export function heldBackFailure(
  externalSecret: KubernetesObject,
  { line, effect, hint }: Obstacle,
  since: string
): SyncRefusal {
  const sentence = `${objectId(externalSecret)}: cannot confirm that the Secret matches AWS: ${line} ${effect}${since}`
  return { code: 'secret-stale', sentence, hint }
}

const hints = new Map([
  [
    'SecretMissing',
    'set `creationPolicy: Owner` under spec.target of the ExternalSecret, or create the Secret that it merges into'
  ],
  ['SecretDeleted', 'create the secret in AWS Secrets Manager again, or correct its name in the ExternalSecret'],
  [
    'SecretSynced',
    'see why AWS returns nothing for what the ExternalSecret requests: its `remoteRef`, `extract` or `find`'
  ]
])

/** The operator also sets Ready=True if nothing came from AWS; undefined if something did. */
export function notSyncedFailure(externalSecret: KubernetesObject, ready: Ready): SyncRefusal | undefined {
  if (ready.reason === 'SecretSynced' && /^secret (was )?synced\b/i.test(ready.message)) return undefined
  return {
    code: 'secret-stale',
    sentence: `${objectId(externalSecret)} is Ready, but fetched nothing from AWS: ${wordsOf(ready)}`,
    hint: hints.get(ready.reason) ?? 'correct the ExternalSecret until it is Ready with the reason SecretSynced'
  }
}

function wordsOf(ready: Ready | undefined): string {
  return ready === undefined ? 'no such condition yet' : sanitizeLine(`${ready.reason}: ${ready.message}`)
}
