import { apiCall } from '../../../core/kubernetes/api-call.ts'
import { type KubernetesObject, objectId, textAt } from '../../../core/kubernetes/object.ts'
import type { SecretDeps } from '../deps.ts'
import { externalSecretMissingFailure } from './api-calls.ts'
import type { Told } from './observer.ts'
import { freshness, heldBackFailure, type SyncRefusal, syncsOnce, writesNothing } from './refresh-policy.ts'
import { syncStatus } from './status.ts'

/** How often a sync is forced, if another sync ends each time just before. */
const attempts = 3

/** Any change of an annotation makes the operator sync. */
export async function force(stored: KubernetesObject, namespace: string, deps: SecretDeps): Promise<Told> {
  const id = objectId(stored)
  // If only the first sync is ever made, that one is awaited.
  const once = syncsOnce(stored, namespace) !== undefined
  let version = syncStatus(stored).version
  for (let attempt = 1; ; attempt++) {
    const object = await apiCall({ verb: 'annotate', object: id, namespace }, deps, () =>
      deps.cluster.annotate(stored, namespace, { 'force-sync': deps.date().toISOString() })
    )
    if (object === undefined) throw externalSecretMissingFailure(stored, namespace)
    // A sync that has just ended may have begun before; or be ours already, if the request had to be repeated.
    const isQuiet = syncStatus(object).version === version
    if (once || isQuiet || attempt === attempts) {
      deps.log(`requested a sync of ${id}`)
      return { object, version }
    }
    version = syncStatus(object).version
  }
}

type Forcing =
  | { state: 'possible' }
  /** It was already synced in this run. */
  | { state: 'needless'; detail: string }
  | { state: 'refused'; refusal: SyncRefusal }

/**
 * Whether a sync of an ExternalSecret can be forced.
 * @param begin the start of the run: anything created since is new
 */
export function forcing(externalSecret: KubernetesObject, namespace: string, begin: Date): Forcing {
  const nothing = writesNothing(externalSecret)
  if (nothing !== undefined) return { state: 'refused', refusal: heldBackFailure(externalSecret, nothing, '') }
  const { version, refreshTime } = syncStatus(externalSecret)
  const once = syncsOnce(externalSecret, namespace)
  if (version === undefined || once === undefined) return { state: 'possible' }
  const created = Date.parse(textAt(externalSecret, 'metadata', 'creationTimestamp') ?? '')
  // Recorded in whole seconds.
  const isNew = created + 1_000 > begin.getTime()
  const state = freshness(externalSecret, undefined)
  return isNew && state.state === 'fresh'
    ? { state: 'needless', detail: `${state.detail}, when the ExternalSecret was created` }
    : { state: 'refused', refusal: heldBackFailure(externalSecret, once, ` (last synced at ${refreshTime})`) }
}
