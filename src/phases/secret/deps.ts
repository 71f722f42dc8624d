import type { Clock } from '../../core/clock.ts'
import type { Failure } from '../../core/failure.ts'
import type { KubernetesObject } from '../../core/kubernetes/object.ts'
import type { Check } from '../../core/result.ts'

export interface SecretInputs {
  namespace: string
  /** As rendered; undefined where the Secret is managed by other means, and nothing tells how fresh it is. */
  externalSecret: KubernetesObject | undefined
  /** Whether it is synced anew in this run; otherwise nothing is written, and its last sync is judged. */
  force: boolean
}

export interface SecretDeps {
  cluster: {
    read(wanted: KubernetesObject, namespace: string): Promise<KubernetesObject | undefined>
    /** @returns the object as it is then; undefined if it is gone */
    annotate(
      object: KubernetesObject,
      namespace: string,
      annotations: Record<string, string>
    ): Promise<KubernetesObject | undefined>
    listEvents(namespace: string): Promise<KubernetesObject[]>
  }
  /** Turns what the cluster threw into a failure that names the object. */
  toFailure(error: unknown, attempt: { verb: string; object: string; namespace: string }): Failure
  /** Told of a secret before anything else is done with it. */
  secret(value: string): void
  /** Told of each check as soon as it is known. */
  checked(check: Check): void
  clock: Clock
  /** The time of day, to tell how old the last sync is. */
  date(): Date
  signal: AbortSignal
  log(line: string): void
}
