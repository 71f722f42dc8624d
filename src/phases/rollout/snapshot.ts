import type { KubernetesObject } from '../../core/kubernetes/object.ts'
import { names, podLabels, redisPod } from '../../core/kubernetes/workload.ts'
import { pollInterval } from '../../core/poll-interval.ts'
import type { RolloutDeps } from './deps.ts'

/** Everything that the decision is based on, as read at one moment. */
export interface Snapshot {
  namespace: string
  statefulSet: KubernetesObject | undefined
  /** Pods that match the selector of the StatefulSet. */
  pods: KubernetesObject[]
  /** The pods of the first look: others were made during the run. */
  firstPods: readonly KubernetesObject[]
  /** A pod redis-0 that the selector does not match; only looked for while it matches no redis-0. */
  namesake: KubernetesObject | undefined
  /** The labels by which Services and policies of the manifests select the pod. */
  neededLabels: readonly string[]
  /** The time of day. */
  date: Date
  /** Events of the namespace; empty while nothing is wrong, because they are not listed then. */
  events: KubernetesObject[]
}

/** Reads what the decision is based on, and caches what need not be read with every look. */
export class RolloutObserver {
  readonly #namespace: string
  readonly #deps: RolloutDeps
  #selector: Record<string, string> | undefined
  #firstPods: readonly KubernetesObject[] | undefined
  #namesake: KubernetesObject | undefined
  #events: KubernetesObject[] = []
  #eventsAt: number

  constructor(namespace: string, deps: RolloutDeps) {
    this.#namespace = namespace
    this.#deps = deps
    // A healthy rollout is over before its events are needed.
    this.#eventsAt = deps.clock.now()
  }

  /**
   * The StatefulSet, its pods, and the events if the last ones are older than that; concurrently. That is consistent
   * enough: all applies had been answered before, and a revision identifies its pods.
   */
  async look(eventsAge: number): Promise<Snapshot> {
    const due = this.#deps.clock.now() - this.#eventsAt >= eventsAge
    return this.#reading(async () => {
      const [[statefulSet, pods]] = await Promise.all([this.#objects(), due ? this.#readEvents() : undefined])
      if (due) await this.#readNamesake(pods)
      this.#firstPods ??= pods
      return {
        namespace: this.#namespace,
        statefulSet,
        pods,
        firstPods: this.#firstPods,
        namesake: redisPod(pods) === undefined ? this.#namesake : undefined,
        neededLabels: this.#deps.neededLabels,
        date: this.#deps.date(),
        events: this.#events
      }
    })
  }

  /** The same snapshot with the latest events and namesake, or its own if they cannot be read: the failure is reported anyway. */
  async withEventsOfNow(snapshot: Snapshot): Promise<Snapshot> {
    const signal = AbortSignal.timeout(explanationMilliseconds)
    await Promise.all([this.#readEvents({ signal }), this.#readNamesake(snapshot.pods)]).catch(() =>
      this.#deps.signal.throwIfAborted()
    )
    return { ...snapshot, namesake: this.#namesake, events: this.#events }
  }

  async #objects(): Promise<[KubernetesObject | undefined, KubernetesObject[]]> {
    const { cluster } = this.#deps
    const known = this.#selector
    const [statefulSet, found] = await Promise.all([
      cluster.readStatefulSet(this.#namespace, names.statefulSet),
      known && cluster.listPods(this.#namespace, known)
    ])
    const selector = podLabels(statefulSet)
    this.#selector = selector
    // The selector is only unknown in the first look, and for a StatefulSet that another client recreated.
    if (found !== undefined && JSON.stringify(selector) === JSON.stringify(known)) return [statefulSet, found]
    return [statefulSet, selector === undefined ? [] : await cluster.listPods(this.#namespace, selector)]
  }

  /** Looks for a pod redis-0 without the labels of the selector, where that matches none. */
  async #readNamesake(pods: readonly KubernetesObject[]): Promise<void> {
    const isThere = redisPod(pods) !== undefined
    this.#namesake = isThere ? undefined : redisPod(await this.#deps.cluster.listPodsNamed(this.#namespace, names.pod))
  }

  async #readEvents(limits?: { signal: AbortSignal }): Promise<void> {
    const { cluster, clock } = this.#deps
    this.#eventsAt = clock.now()
    this.#events = await cluster.listEvents(this.#namespace, limits)
  }

  async #reading<T>(read: () => Promise<T>): Promise<T> {
    const { signal, toFailure } = this.#deps
    try {
      return await read()
    } catch (error) {
      signal.throwIfAborted()
      throw toFailure(error, { verb: 'watch', object: `StatefulSet/${names.statefulSet}`, namespace: this.#namespace })
    }
  }
}

interface Pace {
  look: number
  /** The minimum time between two requests for events. */
  events: number
}

/**
 * The time limit for details of a failure, in milliseconds: the failure itself is certain. The API server may be unable
 * to reach the kubelet that has a log, and notices that late. It is not unreachable itself then, so this limit ends
 * before it would be reported as such.
 */
export const explanationMilliseconds = 2_500

/**
 * How often to look after a time without changes. While something changes, it is looked at ten times a second, so that
 * the verdict follows readiness at once; otherwise with a delay of at most a fortieth of the wait.
 */
export function paceAfter(quietMilliseconds: number): Pace {
  const look = pollInterval(quietMilliseconds, 40)
  return { look, events: Math.max(1_500, 5 * look) }
}
