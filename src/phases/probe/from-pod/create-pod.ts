import type { Clock } from '../../../core/clock.ts'
import type { Deadline } from '../../../core/deadline.ts'
import { Failure } from '../../../core/failure.ts'
import { at, type KubernetesObject, textAt } from '../../../core/kubernetes/object.ts'
import { runAnnotation } from '../../../core/kubernetes/workload.ts'
import { formatDuration } from '../../../core/units.ts'
import type { PodDeps } from '../deps.ts'
import { podApiCall } from './api-call.ts'
import { atOnce } from './pod-manifest.ts'

const interval = 500

/**
 * Creates the pod as soon as its name is free: another run may be using it, or may have left its pod behind.
 * @returns the stored pod
 */
export async function createPod(
  pod: KubernetesObject,
  namespace: string,
  deadline: Deadline,
  deps: PodDeps
): Promise<KubernetesObject> {
  const { cluster, clock, signal, log } = deps
  const request = <T>(verb: string, act: () => Promise<T>) => podApiCall(verb, pod, namespace, deps, act)
  const run = pod.metadata.annotations?.[runAnnotation] ?? ''
  const timer = new ExistingPodTimer(clock)
  let before: ExistingPod | undefined
  for (;;) {
    const created = await request('create', () => cluster.create(pod, namespace))
    if (created !== undefined) return created.object
    const other = await request('read', () => cluster.read(pod, namespace))
    if (other === undefined) continue
    const existing = existingPodOf(other, run, timer.measure(other))
    // A create whose answer was lost was sent again.
    if (existing === 'own') return other
    if (existing === 'foreign') throw foreignPodFailure(other, namespace)
    if (existing !== before) log(line(other, existing))
    before = existing
    if (existing === 'abandoned') await request('delete', () => cluster.delete(other, namespace, atOnce))
    if (deadline.passed) throw otherRunFailure(other, namespace, deadline)
    await clock.sleep(Math.min(interval, deadline.remaining), signal)
  }
}

function line({ metadata: { name, creationTimestamp } }: KubernetesObject, existing: ExistingPod): string {
  return existing === 'abandoned'
    ? `removing pod ${name}, left behind by a run at ${textAt(creationTimestamp)}`
    : `waiting for another run, which created pod ${name} at ${textAt(creationTimestamp)}`
}

function foreignPodFailure({ metadata: { name } }: KubernetesObject, namespace: string): Failure {
  return new Failure(
    'config-error',
    `pod ${name} in namespace ${namespace} was not created by this action, which needs that name`,
    `rename or delete it: \`kubectl -n ${namespace} delete pod ${name}\``
  )
}

function otherRunFailure({ metadata: { name } }: KubernetesObject, namespace: string, deadline: Deadline): Failure {
  return new Failure(
    'config-error',
    `after ${formatDuration(deadline.milliseconds)} pod ${name} of another run is still there`,
    `run again when that run has ended; if there is no such run, \`kubectl -n ${namespace} delete pod ${name}\``
  )
}

/** The kind of an existing pod with the name: of another run that is active or gone, or of an unknown owner. */
type ExistingPod = 'own' | 'foreign' | 'alive' | 'abandoned'

/** The time a run needs at most to read the log of its pod and to remove it. */
const removalMilliseconds = 5_000

/**
 * Whose the pod is that has the name of ours.
 * @param times milliseconds for which it has been seen, and has been seen to be at its end
 */
export function existingPodOf(pod: KubernetesObject, run: string, times: { seen: number; ended: number }): ExistingPod {
  const madeBy = pod.metadata.annotations?.[runAnnotation]
  if (madeBy === run) return 'own'
  if (madeBy === undefined) return 'foreign'
  const lifetime = 1000 * Number(at(pod, 'spec', 'activeDeadlineSeconds') ?? 0)
  return times.ended >= removalMilliseconds || times.seen >= lifetime ? 'abandoned' : 'alive'
}

/** Remembers since when the same pod has been seen, and seen at its end: clocks of other machines are not asked. */
export class ExistingPodTimer {
  readonly #clock: Clock
  #uid: string | undefined
  #seenAt = 0
  #endedAt: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  measure(pod: KubernetesObject): { seen: number; ended: number } {
    const now = this.#clock.now()
    if (pod.metadata.uid !== this.#uid) [this.#seenAt, this.#endedAt] = [now, undefined]
    this.#uid = pod.metadata.uid
    const isEnded = ['Succeeded', 'Failed'].includes(String(at(pod, 'status', 'phase')))
    this.#endedAt = isEnded ? (this.#endedAt ?? now) : undefined
    return { seen: now - this.#seenAt, ended: now - (this.#endedAt ?? now) }
  }
}
