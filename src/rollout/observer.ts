import type { KubernetesObject } from '../kubernetes-object.ts'
import { names, podLabels } from '../workload.ts'
import { explanationMilliseconds } from './pace.ts'
import type { RolloutPorts } from './rollout.ts'
import type { Snapshot } from './status.ts'

/** Reads what the decision is made from, and remembers what need not be asked for with every look. */
export class Observer {
  readonly #namespace: string
  readonly #ports: RolloutPorts
  #selector: Record<string, string> | undefined
  #events: KubernetesObject[] = []
  #eventsAt: number

  constructor(namespace: string, ports: RolloutPorts) {
    this.#namespace = namespace
    this.#ports = ports
    // A healthy rollout is over before anybody needs its events.
    this.#eventsAt = ports.clock.now()
  }

  /**
   * The StatefulSet, its pods, and the events if the last ones are older than that; all at once. That is consistent
   * enough: everything that was applied had been answered before, and a revision names its pods.
   */
  async look(eventsAge: number): Promise<Snapshot> {
    const due = this.#ports.clock.now() - this.#eventsAt >= eventsAge
    return this.#reading(async () => {
      const [[statefulSet, pods]] = await Promise.all([this.#objects(), due ? this.#readEvents() : undefined])
      return { namespace: this.#namespace, statefulSet, pods, events: this.#events }
    })
  }

  /** The same snapshot with the events of now, or the ones it has if they cannot be read: it must be told anyway. */
  async withEventsOfNow(snapshot: Snapshot): Promise<Snapshot> {
    const signal = AbortSignal.timeout(explanationMilliseconds)
    await this.#readEvents({ signal }).catch(() => this.#ports.signal.throwIfAborted())
    return { ...snapshot, events: this.#events }
  }

  async #objects(): Promise<[KubernetesObject | undefined, KubernetesObject[]]> {
    const { cluster } = this.#ports
    const known = this.#selector
    const [statefulSet, found] = await Promise.all([
      cluster.readStatefulSet(this.#namespace, names.statefulSet),
      known && cluster.listPods(this.#namespace, known)
    ])
    const selector = podLabels(statefulSet)
    this.#selector = selector
    // Only of the first look, and of a StatefulSet that another client made anew, the selector is not known before.
    if (found !== undefined && JSON.stringify(selector) === JSON.stringify(known)) return [statefulSet, found]
    return [statefulSet, selector === undefined ? [] : await cluster.listPods(this.#namespace, selector)]
  }

  async #readEvents(limits?: { signal: AbortSignal }): Promise<void> {
    const { cluster, clock } = this.#ports
    this.#eventsAt = clock.now()
    this.#events = await cluster.listEvents(this.#namespace, limits)
  }

  async #reading<T>(read: () => Promise<T>): Promise<T> {
    const { signal, toFailure } = this.#ports
    try {
      return await read()
    } catch (error) {
      signal.throwIfAborted()
      throw toFailure(error, { verb: 'watch', object: `StatefulSet/${names.statefulSet}`, namespace: this.#namespace })
    }
  }
}
