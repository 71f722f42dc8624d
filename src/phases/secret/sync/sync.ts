import type { Deadline } from '../../../core/clock.ts'
import { type KubernetesObject, objectId, textAt } from '../../../core/kubernetes/object.ts'
import { formatDuration } from '../../../core/units.ts'
import type { SecretDeps } from '../deps.ts'
import { cannotSyncFailure, nobodySyncsFailure, outOfTimeFailure, refusedByFailure } from './failures.ts'
import { SyncObserver, type Told } from './observer.ts'
import { freshness, heldBackFailure, type SyncRefusal, syncsOnce, writesNothing } from './refresh-policy.ts'
import { externalSecretMissingFailure, type Reports, secretApiCall } from './requests.ts'
import { syncStatus } from './status.ts'

/**
 * For how long nothing may happen, in milliseconds. An operator that runs takes up a change within a second; one that has
 * many others to sync, or that was just restarted, gets a while.
 */
const patience = 20_000
/** How often it is told to sync, if another sync ends each time just before. */
const attempts = 3

/**
 * Makes the operator sync an ExternalSecret now, and waits until it did.
 * @param before what had been reported until then
 * @returns when it did, for the report
 * @throws Failure as soon as it cannot end well, at the latest at the deadline
 */
export async function syncNow(
  stored: KubernetesObject,
  before: Reports,
  namespace: string,
  deadline: Deadline,
  deps: SecretDeps
): Promise<string> {
  const { clock, signal, log } = deps
  const begin = clock.now()
  const how = forcing(stored, namespace, new Date(deps.date().getTime() - deadline.elapsed))
  if (how.state === 'needless') return how.detail
  if (how.state === 'refused') throw refusedByFailure(how.refusal)
  const observer = new SyncObserver(await force(stored, namespace, deps), before, namespace, deps)
  let said = ''
  for (;;) {
    await clock.sleep(Math.min(pauseAfter(clock.now() - begin), deadline.remaining), signal)
    const last = deadline.passed
    const verdict = last || observer.quiet >= patience
    const { object, freshness, reports, failing } = await observer.look(verdict)
    if (freshness.state === 'fresh') {
      return `${freshness.detail}, ${formatDuration(clock.now() - begin)} after the sync was requested`
    }
    if (freshness.state === 'refused') throw refusedByFailure(freshness.refusal)

    const line = failing?.problem.sentence ?? `waiting for ${freshness.waitingFor}`
    if (line !== said) log(line)
    said = line
    if (failing !== undefined && (last || failing.duration >= failing.problem.toleranceMilliseconds)) {
      throw cannotSyncFailure(object, failing.problem, failing.duration, reports, namespace)
    }
    if (last) throw outOfTimeFailure(object, freshness.waitingFor, deadline.milliseconds, reports, namespace)
    if (verdict && observer.quiet >= patience) throw nobodySyncsFailure(object, observer.quiet, reports, namespace)
  }
}

/** Any change of an annotation makes the operator sync. */
async function force(stored: KubernetesObject, namespace: string, deps: SecretDeps): Promise<Told> {
  const id = objectId(stored)
  // Where only the first sync is ever made, it is the one that is waited for.
  const once = syncsOnce(stored, namespace) !== undefined
  let version = syncStatus(stored).version
  for (let attempt = 1; ; attempt++) {
    const object = await secretApiCall('annotate', id, namespace, deps, () =>
      deps.cluster.annotate(stored, namespace, { 'force-sync': deps.date().toISOString() })
    )
    if (object === undefined) throw externalSecretMissingFailure(stored, namespace)
    // A sync that has just ended may have begun before; or be ours already, if the request had to be sent twice.
    const isQuiet = syncStatus(object).version === version
    if (once || isQuiet || attempt === attempts) {
      deps.log(`requested a sync of ${id}`)
      return { object, version }
    }
    version = syncStatus(object).version
  }
}

/** A sync takes a fraction of a second; one that takes longer is seen with a delay of at most a tenth of it. */
function pauseAfter(milliseconds: number): number {
  return Math.min(Math.max(milliseconds / 10, 100), 1_000)
}

type Forcing =
  | { state: 'possible' }
  /** It was synced in this run already. */
  | { state: 'needless'; detail: string }
  | { state: 'refused'; refusal: SyncRefusal }

/**
 * Whether an ExternalSecret can be told to sync.
 * @param begin when the run began: whatever was created since is new
 */
export function forcing(externalSecret: KubernetesObject, namespace: string, begin: Date): Forcing {
  const nothing = writesNothing(externalSecret)
  if (nothing !== undefined) return { state: 'refused', refusal: heldBackFailure(externalSecret, nothing, '') }
  const { version, refreshTime } = syncStatus(externalSecret)
  const once = syncsOnce(externalSecret, namespace)
  if (version === undefined || once === undefined) return { state: 'possible' }
  const created = Date.parse(textAt(externalSecret, 'metadata', 'creationTimestamp') ?? '')
  // Written in whole seconds.
  const isNew = created + 1_000 > begin.getTime()
  const state = freshness(externalSecret, undefined)
  return isNew && state.state === 'fresh'
    ? { state: 'needless', detail: `${state.detail}, when the ExternalSecret was created` }
    : { state: 'refused', refusal: heldBackFailure(externalSecret, once, ` (last synced at ${refreshTime})`) }
}
