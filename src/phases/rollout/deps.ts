import type { Clock } from '../../core/clock.ts'
import type { Failure } from '../../core/failure.ts'
import type { KubernetesObject } from '../../core/kubernetes/object.ts'

export interface RolloutDeps {
  cluster: {
    readStatefulSet(namespace: string, name: string): Promise<KubernetesObject | undefined>
    listPods(namespace: string, labels: Record<string, string>): Promise<KubernetesObject[]>
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
  clock: Clock
  signal: AbortSignal
  log(line: string): void
}
