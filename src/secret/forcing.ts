import { type KubernetesObject, textAt } from '../kubernetes-object.ts'
import { syncStatus } from './external-secret.ts'
import { freshness, type Refusal, stale } from './freshness.ts'
import { syncsOnce, writesNothing } from './refresh.ts'

export type Forcing =
  | { state: 'possible' }
  /** It was synced in this run already. */
  | { state: 'needless'; detail: string }
  | { state: 'refused'; refusal: Refusal }

/**
 * Whether an ExternalSecret can be told to sync.
 * @param begin when the run began: whatever was created since is new
 */
export function forcing(externalSecret: KubernetesObject, namespace: string, begin: Date): Forcing {
  const nothing = writesNothing(externalSecret)
  if (nothing !== undefined) return { state: 'refused', refusal: stale(externalSecret, nothing, '') }
  const { version, refreshTime } = syncStatus(externalSecret)
  const once = syncsOnce(externalSecret, namespace)
  if (version === undefined || once === undefined) return { state: 'possible' }
  const created = Date.parse(textAt(externalSecret, 'metadata', 'creationTimestamp') ?? '')
  // Written in whole seconds.
  const isNew = created + 1_000 > begin.getTime()
  const state = freshness(externalSecret, undefined)
  return isNew && state.state === 'fresh'
    ? { state: 'needless', detail: `${state.detail}, when the ExternalSecret was created` }
    : { state: 'refused', refusal: stale(externalSecret, once, ` (last synced at ${refreshTime})`) }
}
