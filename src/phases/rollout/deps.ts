import type { Clock } from '../../core/clock.ts'
import type { Failure } from '../../core/failure.ts'
import type { KubernetesObject } from '../../core/kubernetes/object.ts'

export interface RolloutDeps {
  cluster: {
    readStatefulSet(namespace: string, name: string): Promise<KubernetesObject | undefined>
    listPods(namespace: string, labels: Record<string, string>): Promise<KubernetesObject[]>
    /** The pod of a name, whatever its labels. */
    listPodsNamed(namespace: string, name: string): Promise<KubernetesObject[]>
    /** @param limits the signal ends the request and all its retries */
    listEvents(namespace: string, limits?: { signal: AbortSignal }): Promise<KubernetesObject[]>
    readLog(
      namespace: string,
      pod: string,
      container: string,
      previous: boolean,
      limits: { tailLines: number; signal: AbortSignal }
    ): Promise<string>
  }
  toFailure(error: unknown, attempt: { verb: string; object: string; namespace: string }): Failure
  /** The labels by which Services and policies of the manifests select the pod. */
  neededLabels: readonly string[]
  clock: Clock
  /** The time of day, which is compared with times of the cluster. */
  date(): Date
  signal: AbortSignal
  log(line: string): void
}
