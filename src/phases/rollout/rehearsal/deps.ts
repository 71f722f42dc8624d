import type { Outcome } from '../../../clients/kubernetes/cluster.ts'
import type { KubernetesObject } from '../../../core/kubernetes/object.ts'
import type { RolloutDeps } from '../deps.ts'

export interface RehearsalDeps extends Pick<RolloutDeps, 'toFailure' | 'clock' | 'date' | 'signal' | 'log'> {
  cluster: Pick<RolloutDeps['cluster'], 'listEvents' | 'listPodsNamed' | 'readLog'> & {
    read(wanted: KubernetesObject, namespace: string): Promise<KubernetesObject | undefined>
    apply(
      wanted: KubernetesObject,
      document: string,
      namespace: string,
      options: { force?: boolean; dryRun?: boolean }
    ): Promise<Outcome>
    /** @returns whether it existed */
    delete(object: KubernetesObject, namespace: string, options: { gracePeriodSeconds: number }): Promise<boolean>
  }
  /** The same cluster by a client that a cancelled run does not stop, so that its objects are removed. */
  cleaning: Pick<RehearsalDeps['cluster'], 'read' | 'delete'>
  /** Whom to give which rule, if an error is that a right is missing; undefined for any other. */
  grantFor(error: unknown): string | undefined
  /** Called with a secret before anything else is done with it. */
  secret(value: string): void
  /** Called with what a reader should know besides the outcome. */
  note(sentence: string): void
}

/** What is tried, and in the place of what. */
export interface RehearsalInputs {
  namespace: string
  /** The StatefulSet as it would be stored, with the defaults of the server. */
  statefulSet: KubernetesObject
  /** All objects of this run as they would be stored. */
  planned: readonly KubernetesObject[]
  /** redis-0 as it is. */
  running: KubernetesObject
}
