import type { ClusterContext } from './cluster-context.ts'
import type { Kubelet } from './kubelet.ts'
import type { BehaviourQueue } from './pod-behaviour.ts'

/** Runs the pods that a client creates; those of a controller, and those seeded by a test, have a status already. */
export function runBarePods({ store }: ClusterContext, kubelet: Kubelet, behaviours: BehaviourQueue): void {
  store.onChange(({ type, object }) => {
    if (object.kind !== 'Pod' || type !== 'ADDED' || object['status'] !== undefined) return
    kubelet.start(object, behaviours.next())
  })
}
