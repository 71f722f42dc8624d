import type { Applied, Outcome } from '../../clients/kubernetes/cluster.ts'
import type { Clock } from '../../core/clock.ts'
import type { Failure } from '../../core/failure.ts'
import type { KubernetesObject } from '../../core/kubernetes/object.ts'
import type { ObjectResult } from '../../core/result.ts'

export interface ApplyDeps {
  cluster: {
    read(wanted: KubernetesObject, namespace: string): Promise<KubernetesObject | undefined>
    apply(
      wanted: KubernetesObject,
      document: string,
      namespace: string,
      options: { force?: boolean; dryRun?: boolean }
    ): Promise<Outcome>
    replaceManagedFields(stored: KubernetesObject, namespace: string, managedFields: unknown[]): Promise<Outcome>
    preview(stored: KubernetesObject, wanted: KubernetesObject, namespace: string): Promise<Outcome>
    /** Undefined if another client created the object first. */
    create(object: KubernetesObject, namespace: string, options: { dryRun: boolean }): Promise<Applied | undefined>
  }
  /** Turns an error of the cluster into a failure that names the object. */
  toFailure(error: unknown, attempt: { verb: string; object: string; namespace: string }): Failure
  /** Called with a secret before anything else is done with it. */
  secret(value: string): void
  log(line: string): void
  clock: Clock
  /** Aborted when the run is cancelled. */
  signal: AbortSignal
  /** Whether an error only means that the cluster does not serve the kind. */
  isUnknownKind(error: unknown): boolean
  /** Called with each object as soon as its result is known. */
  applied(result: ObjectResult, states: ObjectStates): void
}

/** An object before and after a write, real or tried. */
export interface ObjectStates {
  /** The rendered object. */
  wanted: KubernetesObject
  before: KubernetesObject | undefined
  after: KubernetesObject
}

export interface ApplyInputs {
  namespace: string
  createNamespace: boolean
  redisPassword: string | undefined
  forceConflicts: boolean
}
