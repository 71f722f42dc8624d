import type { Failure } from '../../core/failure.ts'
import type { KubernetesObject } from '../../core/kubernetes/object.ts'
import type { Check } from '../../core/result.ts'

export interface DriftDeps {
  cluster: {
    read(wanted: KubernetesObject, namespace: string): Promise<KubernetesObject | undefined>
  }
  /** Turns an error of the cluster into a failure that names the object. */
  toFailure(error: unknown, attempt: { verb: string; object: string; namespace: string }): Failure
  /** Called with each object as soon as it is compared. */
  checked(check: Check): void
  /** Told what others added and what changes nothing about the cache. */
  note(sentence: string): void
  log(line: string): void
}
