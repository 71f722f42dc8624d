import { Failure, type FailureCode } from '../../core/failure.ts'
import type { KubernetesObject } from '../../core/kubernetes/object.ts'
import { names, podNameLabel, redisPod } from '../../core/kubernetes/workload.ts'
import { isReady, podWaitsFor } from './container-status.ts'
import type { RolloutDeps } from './deps.ts'
import { specDifferences } from './pod-template.ts'
import { restartedProblem, restartedSince } from './restarts.ts'
import { deletePod } from './stalled.ts'

type LookDeps = Pick<RolloutDeps, 'toFailure' | 'signal'> & { cluster: Pick<RolloutDeps['cluster'], 'listPods'> }

/**
 * Looks once more at redis-0 after it was proven: what was proven counts only while that very pod serves.
 * @param first the pod as the rollout ended with it
 * @throws Failure that says what became of it
 */
export async function lastLook(first: KubernetesObject, namespace: string, deps: LookDeps): Promise<void> {
  const failure = lastLookFailure(first, await podNow(namespace, deps), namespace)
  if (failure !== undefined) throw failure
}

/**
 * Does what needs redis-0 to serve. Where that fails because the pod is another one by now, the failure says what became
 * of it: that Redis does not answer is true then, and misleads.
 * @param first the pod as the rollout ended with it
 * @throws what was thrown, unless the pod has changed
 */
export async function whileItServes<T>(
  first: KubernetesObject,
  namespace: string,
  deps: LookDeps,
  work: () => Promise<T>
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (deps.signal.aborted || !(error instanceof Failure)) throw error
    const now = await podNow(namespace, deps).catch(() => first)
    throw changeFailure(first, now, namespace) ?? error
  }
}

async function podNow(
  namespace: string,
  { cluster, toFailure, signal }: LookDeps
): Promise<KubernetesObject | undefined> {
  const pods = await cluster.listPods(namespace, { [podNameLabel]: names.pod }).catch((error: unknown) => {
    signal.throwIfAborted()
    throw toFailure(error, { verb: 'watch', object: `Pod/${names.pod}`, namespace })
  })
  return redisPod(pods)
}

/** What became of a pod that was proven; undefined if it serves as before. */
export function lastLookFailure(
  first: KubernetesObject,
  now: KubernetesObject | undefined,
  namespace: string
): Failure | undefined {
  const failure = changeFailure(first, now, namespace)
  if (failure !== undefined || now === undefined || isReady(now)) return failure
  return notServing(
    'rollout-timeout',
    `it is not Ready any more: waiting for ${podWaitsFor(now)}`,
    `follow the pod: \`kubectl -n ${namespace} get pod ${names.pod} --watch\``
  )
}

/** Why the pod is not the one that it was, Ready or not; undefined if it is. */
function changeFailure(
  first: KubernetesObject,
  now: KubernetesObject | undefined,
  namespace: string
): Failure | undefined {
  const follow = `find out who did it: \`kubectl -n ${namespace} get events --field-selector involvedObject.name=${names.pod}\`; then run again`
  if (now === undefined) return notServing('rollout-timeout', 'it has been deleted since', follow)
  if (now.metadata.uid !== first.metadata.uid) {
    return notServing('rollout-timeout', 'it has been deleted since, and another pod of its name was made', follow)
  }
  if (now.metadata['deletionTimestamp'] !== undefined) {
    return notServing('rollout-timeout', 'it is being deleted', follow)
  }
  // A changed image restarts its container, so this explains more than the restart.
  const written = specDifferences(now, first, []).filter(({ isWritten }) => isWritten)
  if (written.length > 0) {
    const lines = written.map(({ line }) => line).join('; ')
    return notServing(
      'config-drift',
      `it has been changed since: ${lines}`,
      `delete the pod, so that it is made again from its template: ${deletePod(namespace)}; then run again`
    )
  }
  const restarted = restartedSince(now, first)
  if (restarted === undefined) return undefined
  const { code, sentence, hint } = restartedProblem(now, restarted, 'has been restarted since', namespace)
  return notServing(code, sentence, hint)
}

function notServing(code: FailureCode, words: string, hint: string): Failure {
  return new Failure(code, `pod ${names.pod} does not serve as it was proven: ${words}`, hint)
}
