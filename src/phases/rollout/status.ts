import { at, isControlledBy, type KubernetesObject, textAt } from '../../core/kubernetes/object.ts'
import { heldBack } from '../../core/kubernetes/update-strategy.ts'
import { names, redisPod } from '../../core/kubernetes/workload.ts'
import type { Problem } from '../../core/problem.ts'
import { hasFailed, isReady, podWaitsFor } from './container-status.ts'
import { foreignPodProblem, namesakeProblem } from './namesake.ts'
import { podCreationProblem, podProblem } from './pod-problem.ts'
import { podDrift } from './pod-template.ts'
import { restartProblem } from './restarts.ts'
import type { Snapshot } from './snapshot.ts'
import { deletePod, endlessPod, type Stalled, unreadyOldPod, unreadyPod } from './stalled.ts'
import { type StuckPod, stuckPod } from './stuck-pod.ts'

export type RolloutStatus = Current | Progressing

export interface Current {
  state: 'current'
  revision: string
  pod: KubernetesObject
}

export interface Progressing {
  state: 'progressing'
  waitingFor: string
  problem?: Problem
  /** What it is if it stays so, unless the wait was simply too short. */
  standstill?: Stalled
  /** The pod that blocks its successor, if it may be deleted. */
  stuck?: StuckPod
}

/**
 * The status of the rollout. Current means: the controller has seen this generation, redis-0 is of the update revision
 * Ready and as its template says, none of its containers ends again and again, and the StatefulSet has no other pod. (`kubectl rollout status` checks less: it trusts counters, and with
 * a partition it never compares revisions.)
 */
export function rolloutStatus(snapshot: Snapshot): RolloutStatus {
  const { statefulSet, pods } = snapshot
  if (statefulSet === undefined) {
    return waiting(`StatefulSet/${names.statefulSet} to be recreated after another client deleted it`)
  }
  const generation = statefulSet.metadata.generation ?? 0
  const observed = Number(at(statefulSet, 'status', 'observedGeneration') ?? 0)
  if (observed < generation) return waiting(`the controller to observe generation ${generation} of the StatefulSet`)

  const revision = textAt(statefulSet, 'status', 'updateRevision') ?? ''
  const pod = redisPod(pods)
  if (pod === undefined) {
    return waiting(`pod ${names.pod} to be created`, namesakeProblem(snapshot) ?? podCreationProblem(snapshot))
  }
  if (pod.metadata['deletionTimestamp'] !== undefined) return ending(pod, snapshot)
  const foreign = foreignPodProblem(pod, statefulSet, snapshot.namespace)
  if (foreign !== undefined) return waiting(`pod ${names.pod} to be created`, foreign)
  if (revisionOf(pod) !== revision) return outdated(snapshot, statefulSet, pod, revision)
  const drift = podDrift(pod, statefulSet, snapshot.neededLabels, snapshot.namespace)
  if (drift !== undefined) return waiting(`pod ${names.pod} as its template says`, drift)
  if (!isReady(pod)) return waiting(podWaitsFor(pod), podProblem(pod, snapshot), unreadyPod(pod, snapshot))

  // Labels match foreign pods as well: those of a job, or of a chart with the same labels.
  const other = pods.find((each) => each !== pod && isControlledBy(each, statefulSet))
  if (other !== undefined) return ending(other, snapshot)
  const restarted = restartProblem(pod, firstOf(pod, snapshot), snapshot.date, snapshot.namespace)
  if (restarted !== undefined) return waiting(`container ${restarted.container} to keep running`, restarted)
  return { state: 'current', revision, pod }
}

/** The same pod in the first look. */
function firstOf(pod: KubernetesObject, { firstPods }: Snapshot): KubernetesObject | undefined {
  return firstPods.find(({ metadata }) => metadata.uid === pod.metadata.uid)
}

function ending(pod: KubernetesObject, { namespace }: Snapshot): RolloutStatus {
  return waiting(`the old pod ${pod.metadata.name} to terminate`, undefined, endlessPod(pod, namespace))
}

/** The pod is of an older revision: the controller replaces it, unless it cannot or must not. */
function outdated(
  snapshot: Snapshot,
  statefulSet: KubernetesObject,
  pod: KubernetesObject,
  revision: string
): RolloutStatus {
  const waitingFor = `pod ${names.pod} to be replaced by one of revision ${revision}`
  const remove = deletePod(snapshot.namespace)
  const rule = heldBack(statefulSet)
  if (rule !== undefined) {
    return waiting(waitingFor, {
      code: 'stuck-revision',
      sentence: `pod ${names.pod} stays at its old revision because the StatefulSet has ${rule}`,
      // Below a partition the controller recreates even a deleted pod of the old revision.
      hint:
        rule === 'updateStrategy OnDelete'
          ? `delete the pod and run again: ${remove}`
          : `set the partition to 0 in the manifests, or directly: ${withoutPartition(snapshot.namespace)}`,
      toleranceMilliseconds: 0
    })
  }
  if (isReady(pod) || hasFailed(pod)) return waiting(waitingFor)
  const stuck = stuckPod(pod, snapshot)
  const inTheWay = stuck !== undefined && { stuck }
  const old = podProblem(pod, snapshot)
  if (old === undefined) {
    const only = `pod ${names.pod} of the old revision ${revisionOf(pod)} to be Ready; until then the StatefulSet`
    const why = 'controller does not replace it (kubernetes/kubernetes#67250)'
    return { ...waiting(`${only} ${why}`, undefined, unreadyOldPod(pod, snapshot)), ...inTheWay }
  }
  const problem: Problem = {
    code: 'stuck-revision',
    sentence:
      `pod ${names.pod} of the old revision ${revisionOf(pod)} is broken, and the StatefulSet controller does not ` +
      `replace a broken pod (kubernetes/kubernetes#67250): ${old.sentence}`,
    hint:
      old.code === 'persistence-failing'
        ? `${old.hint}; unsaved data is lost when the pod is deleted: ${remove}`
        : `delete the broken pod and run again: ${remove}`,
    // The controller may be about to do it.
    toleranceMilliseconds: 5_000,
    ...(old.container !== undefined && { container: old.container })
  }
  return { ...waiting(waitingFor, problem), ...inTheWay }
}

function withoutPartition(namespace: string): string {
  const patch = JSON.stringify({ spec: { updateStrategy: { rollingUpdate: { partition: 0 } } } })
  return `\`kubectl -n ${namespace} patch statefulset ${names.statefulSet} --patch '${patch}'\``
}

function waiting(waitingFor: string, problem?: Problem, standstill?: Stalled): Progressing {
  return {
    state: 'progressing',
    waitingFor,
    ...(problem !== undefined && { problem }),
    ...(standstill !== undefined && { standstill })
  }
}

/** The revision of the template that a pod was created from. */
export function revisionOf(pod: KubernetesObject): string {
  return pod.metadata.labels?.['controller-revision-hash'] ?? ''
}
