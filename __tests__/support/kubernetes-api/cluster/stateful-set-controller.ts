import { afterUpdate } from '../fields/managed-fields.ts'
import { at, equal, textAt } from '../json.ts'
import { type KubernetesObject, timestamp } from '../object.ts'
import type { ClusterContext } from './cluster-context.ts'
import type { Kubelet } from './kubelet.ts'
import type { BehaviourQueue } from './pod-behaviour.ts'
import { revisionName } from './revision.ts'
import { createPod, deletePod, withDeletion } from './stateful-pod.ts'
import { isOwnedBy, isReady, isTerminating, ordinalOf, revisionOf, setStatus } from './stateful-set-status.ts'

/** How long a change takes to reach the controller. */
const RECONCILE_MS = 10

/**
 * The StatefulSet controller with the policy OrderedReady: one pod after the other, and none is touched while
 * another is missing, terminating or not Ready. That includes the pod itself: a broken pod of an old revision stays
 * after its template is corrected (kubernetes/kubernetes#67250), until it is deleted or becomes Ready.
 */
export class StatefulSetController {
  readonly #context: ClusterContext
  readonly #kubelet: Kubelet
  readonly #behaviours: BehaviourQueue
  readonly #queued = new Set<string>()

  constructor(context: ClusterContext, kubelet: Kubelet, behaviours: BehaviourQueue) {
    this.#context = context
    this.#kubelet = kubelet
    this.#behaviours = behaviours
    context.store.onChange(({ type, object }) => {
      if (object.kind === 'StatefulSet') {
        if (type === 'DELETED') this.#collect(object)
        else this.#enqueue(object.metadata.namespace, object.metadata.name, RECONCILE_MS)
      } else if (object.kind === 'Pod') {
        const owner = textAt(object.metadata, 'ownerReferences', 0, 'name')
        if (owner !== '') this.#enqueue(object.metadata.namespace, owner, RECONCILE_MS)
      }
    })
  }

  #enqueue(namespace: string | undefined, name: string, delayMs: number): void {
    const key = `${namespace}/${name}`
    if (this.#queued.has(key)) return
    this.#queued.add(key)
    this.#context.timers.after(delayMs, () => {
      this.#queued.delete(key)
      const set = this.#context.store.get('StatefulSet', namespace, name)
      if (set !== undefined) this.#reconcile(set)
    })
  }

  #reconcile(set: KubernetesObject): void {
    const update = revisionName(set)
    this.#step(set, update)
    const status = setStatus(set, update, this.#pods(set))
    if (equal(set['status'], status)) return
    const next: KubernetesObject = { ...set, status }
    next.metadata.managedFields = afterUpdate(set, next, {
      manager: 'controller-manager',
      apiVersion: set.apiVersion,
      time: timestamp(),
      subresource: 'status'
    })
    this.#context.store.write(next)
  }

  /** The single next action. */
  #step(set: KubernetesObject, update: string): void {
    const pods = this.#pods(set)
    const replicas = Number(at(set, 'spec', 'replicas') ?? 1)
    for (let ordinal = 0; ordinal < replicas; ordinal++) {
      const pod = pods.find((candidate) => ordinalOf(candidate) === ordinal)
      if (pod === undefined) {
        this.#create(set, update, ordinal)
        return
      }
      if (isTerminating(pod) || !isReady(pod)) return
    }
    const newestFirst = [...pods].sort((a, b) => ordinalOf(b) - ordinalOf(a))
    const surplus = newestFirst.find((pod) => ordinalOf(pod) >= replicas)
    const outdated = newestFirst.find((pod) => revisionOf(pod) !== update)
    const next = surplus ?? outdated
    if (next !== undefined && !isTerminating(next)) deletePod(this.#context, set, next)
  }

  #create(set: KubernetesObject, update: string, ordinal: number): void {
    const behaviour = this.#behaviours.next()
    const pod = createPod(this.#context, set, update, ordinal, behaviour)
    if (pod !== undefined) this.#kubelet.start(pod, behaviour)
    else this.#enqueue(set.metadata.namespace, set.metadata.name, this.#context.startMs)
  }

  #pods(set: KubernetesObject): KubernetesObject[] {
    return this.#context.store.list('Pod', set.metadata.namespace).filter((pod) => isOwnedBy(pod, set))
  }

  /** The part of the garbage collector: the pods of a deleted set are deleted, its volume claims stay. */
  #collect(set: KubernetesObject): void {
    for (const pod of this.#pods(set)) if (!isTerminating(pod)) this.#context.store.write(withDeletion(pod))
  }
}
