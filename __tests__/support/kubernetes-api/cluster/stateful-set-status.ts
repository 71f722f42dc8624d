import { at, type JsonObject, listAt, textAt } from '../json.ts'
import type { KubernetesObject } from '../object.ts'

export function isOwnedBy(pod: KubernetesObject, owner: KubernetesObject): boolean {
  return textAt(pod.metadata, 'ownerReferences', 0, 'uid') === owner.metadata.uid
}

export function ordinalOf(pod: KubernetesObject): number {
  return Number(pod.metadata.name.slice(pod.metadata.name.lastIndexOf('-') + 1))
}

export function revisionOf(pod: KubernetesObject): string {
  return pod.metadata.labels?.['controller-revision-hash'] ?? ''
}

export function isTerminating(pod: KubernetesObject): boolean {
  return pod.metadata.deletionTimestamp !== undefined
}

export function isReady(pod: KubernetesObject): boolean {
  return listAt(pod, 'status', 'conditions').some(
    (condition) => textAt(condition, 'type') === 'Ready' && textAt(condition, 'status') === 'True'
  )
}

/** The status written by the controller; counts of 0 are omitted, as in Go. */
export function setStatus(set: KubernetesObject, update: string, pods: readonly KubernetesObject[]): JsonObject {
  const current = textAt(set, 'status', 'currentRevision') || update
  const living = pods.filter((pod) => !isTerminating(pod))
  const ready = pods.filter(isReady).length
  const updated = living.filter((pod) => revisionOf(pod) === update).length
  const wanted = Number(at(set, 'spec', 'replicas') ?? 1)
  const isComplete = [pods.length, updated, ready].every((count) => count === wanted)
  const revision = isComplete ? update : current
  const old = living.filter((pod) => revisionOf(pod) === revision).length
  return {
    observedGeneration: set.metadata.generation,
    replicas: pods.length,
    ...(ready === 0 ? {} : { readyReplicas: ready }),
    ...(old === 0 ? {} : { currentReplicas: old }),
    ...(updated === 0 ? {} : { updatedReplicas: updated }),
    currentRevision: revision,
    updateRevision: update,
    collisionCount: 0,
    availableReplicas: ready
  }
}
