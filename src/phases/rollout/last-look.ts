import { Failure, type FailureCode } from '../../core/failure.ts'
import { at, type KubernetesObject, textAt } from '../../core/kubernetes/object.ts'
import { names, redisPod } from '../../core/kubernetes/workload.ts'
import { containerStatuses, exitReason, isReady, podWaitsFor } from './container-status.ts'
import type { RolloutDeps } from './deps.ts'

/** The StatefulSet controller gives it to the pod of this name, whatever else the template says. */
const podNameLabel = 'statefulset.kubernetes.io/pod-name'

/**
 * Looks once more at redis-0 after it was proven: what was proven counts only while that very pod serves.
 * @param first the pod as the rollout ended with it
 * @throws Failure that says what became of it
 */
export async function lastLook(
  first: KubernetesObject,
  namespace: string,
  {
    cluster,
    toFailure,
    signal
  }: Pick<RolloutDeps, 'toFailure' | 'signal'> & { cluster: Pick<RolloutDeps['cluster'], 'listPods'> }
): Promise<void> {
  const pods = await cluster.listPods(namespace, { [podNameLabel]: names.pod }).catch((error: unknown) => {
    signal.throwIfAborted()
    throw toFailure(error, { verb: 'watch', object: `Pod/${names.pod}`, namespace })
  })
  const failure = lastLookFailure(first, redisPod(pods), namespace)
  if (failure !== undefined) throw failure
}

/** What became of a pod that was proven; undefined if it serves as before. */
export function lastLookFailure(
  first: KubernetesObject,
  now: KubernetesObject | undefined,
  namespace: string
): Failure | undefined {
  const failure = (code: FailureCode, words: string, hint: string) =>
    new Failure(code, `pod ${names.pod} does not serve as it was proven: ${words}`, hint)
  const follow = `find out who did it: \`kubectl -n ${namespace} get events --field-selector involvedObject.name=${names.pod}\`; then run again`
  if (now === undefined) return failure('rollout-timeout', 'it has been deleted since', follow)
  if (now.metadata.uid !== first.metadata.uid) {
    return failure('rollout-timeout', 'it has been deleted since, and another pod of its name was made', follow)
  }
  if (now.metadata['deletionTimestamp'] !== undefined) {
    return failure('rollout-timeout', 'it is being deleted', follow)
  }
  const restarted = redisStatus(now)
  if (restarts(restarted) > restarts(redisStatus(first))) {
    const exit = at(restarted, 'lastState', 'terminated') ?? at(restarted, 'state', 'terminated')
    const isKilled = textAt(exit, 'reason') === 'OOMKilled'
    const words = `container ${names.redisContainer} has been restarted since, after ${isKilled ? 'it ran out of memory (OOMKilled)' : exitReason(exit)}`
    const log = `\`kubectl -n ${namespace} logs ${names.pod} -c ${names.redisContainer} --previous\``
    return isKilled
      ? failure('oom-killed', words, `raise the memory limit or lower maxmemory; its last words: ${log}`)
      : failure('crash-loop', words, `read why it ended: ${log}`)
  }
  if (isReady(now)) return undefined
  return failure(
    'rollout-timeout',
    `it is not Ready any more: waiting for ${podWaitsFor(now)}`,
    `follow the pod: \`kubectl -n ${namespace} get pod ${names.pod} --watch\``
  )
}

function redisStatus(pod: KubernetesObject): unknown {
  return containerStatuses(pod).find((each) => at(each, 'name') === names.redisContainer)
}

function restarts(status: unknown): number {
  return Number(at(status, 'restartCount') ?? 0)
}
