import type { Clock } from '../../core/clock.ts'
import { Failure, type FailureCode } from '../../core/failure.ts'
import type { KubernetesObject } from '../../core/kubernetes/object.ts'
import { names, redisPod } from '../../core/kubernetes/workload.ts'
import { ProblemTimer } from '../../core/problem.ts'
import type { RolloutDeps } from './deps.ts'
import type { Snapshot } from './snapshot.ts'
import { deletePod } from './stalled.ts'
import { revisionOf } from './status.ts'
import { type StuckPod, stuckPod } from './stuck-pod.ts'

/** How a rollout may replace a pod of an older revision. */
export interface Recovery {
  /** Deletes this pod by UID, which may take its time to end. @returns whether it existed */
  deletePod(pod: KubernetesObject, namespace: string): Promise<boolean>
  /** Called with each pod that was deleted. */
  note(sentence: string): void
}

/** Deletes a pod that blocks its successor: after a while, and each only once. */
export class Replacement {
  readonly #recovery: Recovery | undefined
  readonly #timer: ProblemTimer
  readonly #tried = new Set<string | undefined>()
  #refusal: Failure | undefined

  /** @param recovery undefined to delete nothing */
  constructor(recovery: Recovery | undefined, clock: Clock) {
    this.#recovery = recovery
    this.#timer = new ProblemTimer(clock)
  }

  /** Records the blocking pod. @returns how much longer it is tolerated, 0 if it is time to delete it */
  patienceWith(stuck: StuckPod | undefined): number {
    const known = stuck === undefined || this.#recovery === undefined || this.#tried.has(stuck.pod.metadata.uid)
    return this.#timer.remainingTolerance(known ? undefined : { code: 'stuck-revision', ...stuck })
  }

  /** @throws Failure if the API server is unreachable; a refusal is reported by `explain` */
  async replace({ pod, because }: StuckPod, { namespace }: Snapshot, deps: RolloutDeps): Promise<void> {
    const { name, uid } = pod.metadata
    this.#tried.add(uid)
    try {
      // The items of a list lack apiVersion and kind.
      const wanted = { apiVersion: 'v1', kind: 'Pod', metadata: { name, ...(uid !== undefined && { uid }) } }
      if ((await this.#recovery?.deletePod(wanted, namespace)) !== true) return
    } catch (error) {
      deps.signal.throwIfAborted()
      const failure = deps.toFailure(error, { verb: 'delete', object: `Pod/${name}`, namespace })
      if (['cluster-unreachable', 'unauthorized', 'internal'].includes(failure.code)) throw failure
      this.#refusal = failure
      return
    }
    this.#recovery?.note(
      `deleted pod ${name} of revision ${revisionOf(pod)}, so that the controller recreates it from the new template: ` +
        because
    )
  }

  /** The failure of a rollout, and what happens to the pod that it leaves behind. */
  explain({ code, message, hint, evidence }: Failure, snapshot: Snapshot): Failure {
    if (code === 'stuck-revision') {
      const refusal = this.#refusal
      if (refusal === undefined) return new Failure(code, message, hint, evidence)
      const sentence = `${message}; the pod could not be deleted: ${refusal.message}`
      return new Failure(code, sentence, `${refusal.hint}; or ${hint}`, evidence)
    }
    const advice = this.#advice(code, snapshot)
    return new Failure(code, message, advice === undefined ? hint : `${hint}; ${advice}`, evidence)
  }

  /** A corrected template alone does not help: the controller would keep the pod. */
  #advice(code: FailureCode, snapshot: Snapshot): string | undefined {
    const pod = redisPod(snapshot.pods)
    // Another pod uses the same claim.
    if (code === 'volume-pending' || pod === undefined || stuckPod(pod, snapshot) === undefined) return undefined
    return this.#recovery === undefined
      ? `once that is corrected, run again, then delete the pod (recover is none): ${deletePod(snapshot.namespace)}`
      : `once that is corrected, run again: the next run replaces pod ${names.pod} if its template has changed`
  }
}
