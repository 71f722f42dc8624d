import { equal, type JsonObject } from '../json.ts'
import type { KubernetesObject } from '../object.ts'
import type { ClusterContext } from './cluster-context.ts'
import type { Occurrence } from './event-recorder.ts'
import { type ContainerRun, names, podStatus } from './pod-status.ts'

/** One pod managed by the kubelet, identified by UID, until it is asked to terminate. */
export class PodHandle {
  readonly signal: AbortSignal
  readonly containers: readonly string[]
  readonly #context: ClusterContext
  readonly #pod: KubernetesObject
  readonly #runs = new Map<string, ContainerRun>()
  #sandbox = false

  constructor(context: ClusterContext, pod: KubernetesObject, signal: AbortSignal) {
    this.#context = context
    this.#pod = pod
    this.signal = signal
    this.containers = names(pod)
  }

  /** The stored pod; the original one if it is gone, which ends the script at its next step. */
  current(): KubernetesObject {
    this.signal.throwIfAborted()
    const { namespace, name, uid } = this.#pod.metadata
    const stored = this.#context.store.get('Pod', namespace, name)
    return stored?.metadata.uid === uid && stored !== undefined ? stored : this.#pod
  }

  write(fields: JsonObject): void {
    this.#context.store.write({ ...this.current(), ...fields, ...identity(this.current()) })
  }

  setRun(container: string, run: ContainerRun): void {
    this.#runs.set(container, run)
    this.draw(this.#sandbox)
  }

  /** Writes the status if it differs from the stored one. */
  draw(sandbox: boolean): void {
    this.#sandbox = sandbox
    const current = this.current()
    const status = podStatus(current, { sandbox, runs: this.#runs })
    if (!equal(current['status'], status)) this.write({ status })
  }

  event(occurrence: Occurrence): void {
    this.#context.events.record('kubelet', this.current(), occurrence)
  }
}

function identity({ apiVersion, kind, metadata }: KubernetesObject): KubernetesObject {
  return { apiVersion, kind, metadata }
}
