import { Failure } from '../../../core/failure.ts'
import { type KubernetesObject, objectId } from '../../../core/kubernetes/object.ts'
import { names } from '../../../core/kubernetes/workload.ts'
import { sanitizeLine } from '../../../core/sanitize.ts'
import { isReady } from '../container-status.ts'

/** Ends a rehearsal that can neither succeed nor fail: nothing is known of the new template then. */
export class NotRehearsed extends Error {
  override readonly name = 'NotRehearsed'
}

/** The rights of a rehearsal, as a rule for a Role. */
export const rehearsalRule =
  `- {apiGroups: [""], resources: [pods, configmaps, secrets], resourceNames: [${names.rehearsal}], ` +
  'verbs: [get, create, patch, delete]}'

/** Why a rehearsal without the rights is none. @param user whom to give them */
export function missingRights(attempt: string, user: string): NotRehearsed {
  return new NotRehearsed(`the right to ${attempt} is missing: give ${user} this rule: \`${rehearsalRule}\``)
}

export function foreignObject(object: KubernetesObject, namespace: string): NotRehearsed {
  const kubectl = `kubectl -n ${namespace} delete ${object.kind.toLowerCase()} ${object.metadata.name}`
  return new NotRehearsed(`${objectId(object)} was not made by this action: rename or delete it: \`${kubectl}\``)
}

/**
 * The failure of a rehearsal, with what it means for the cache.
 * @param now redis-0 as it is now, undefined if that is not known
 * @param before as it was when the rehearsal began
 */
export function rehearsalFailure(
  { code, message, hint, evidence, cause }: Failure,
  now: KubernetesObject | undefined,
  before: KubernetesObject
): Failure {
  const serves = now !== undefined && now.metadata.uid === before.metadata.uid && isReady(now)
  const untouched = `${names.pod} was not touched${serves ? ' and still serves' : ''}`
  return new Failure(code, `the rehearsal of the new template failed: ${message}; ${untouched}`, hint, evidence, cause)
}

/** Messages of the scheduler about rules that count the labels of pods, or their number. */
const besides = /affinity rules|topology spread|too many pods/i
/** No node could take the pod even without its other pods: told since Kubernetes 1.33, and by no older one. */
const neverFits = /preemption: 0\/\d+ nodes are available: \d+ Preemption is not helpful for scheduling\.?$/

/**
 * Whether a pod without a node says nothing of the one that follows redis-0: that one gets the room of redis-0, and has
 * the labels that rules of affinity count.
 * @param message of the scheduler
 */
export function isOnlyOfSecondPod(message: string): boolean {
  return besides.test(message) || (/insufficient/i.test(message) && !neverFits.test(message))
}

/** What a cluster says of a pod that is one too many. */
export function noRoom(message: string): NotRehearsed {
  return new NotRehearsed(`there is no room for a second pod beside ${names.pod}: ${sanitizeLine(message)}`)
}
