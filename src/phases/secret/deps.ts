import type { Clock } from '../../core/clock.ts'
import type { Failure } from '../../core/failure.ts'
import type { KubernetesObject } from '../../core/kubernetes/object.ts'
import type { Check } from '../../core/result.ts'

export interface SecretInputs {
  namespace: string
  /**
   * The rendered ExternalSecret; undefined if the Secret is managed by other means, so that its freshness is unknown.
   */
  externalSecret: KubernetesObject | undefined
  /** Whether a sync is forced in this run; otherwise nothing is written, and the last sync is judged. */
  force: boolean
}

export interface SecretDeps {
  cluster: {
    read(wanted: KubernetesObject, namespace: string): Promise<KubernetesObject | undefined>
    /** @returns the object after the change; undefined if it is gone */
    annotate(
      object: KubernetesObject,
      namespace: string,
      annotations: Record<string, string>
    ): Promise<KubernetesObject | undefined>
    listEvents(namespace: string): Promise<KubernetesObject[]>
  }
  /** Turns an error of the cluster into a failure that names the object. */
  toFailure(error: unknown, attempt: { verb: string; object: string; namespace: string }): Failure
  /** Called with a secret before anything else is done with it. */
  secret(value: string): void
  /** Called with each check as soon as it is known. */
  checked(check: Check): void
  clock: Clock
  /** The time of day, to compute the age of the last sync. */
  date(): Date
  signal: AbortSignal
  log(line: string): void
}
