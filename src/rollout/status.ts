import { at, type KubernetesObject, listAt, textAt } from '../kubernetes-object.ts'
import type { Problem } from '../problem.ts'
import { harmlessLine } from '../untrusted-text.ts'
import { names, redisPod } from '../workload.ts'
import { containerStatuses, podCreationProblem, podProblem } from './diagnosis.ts'

/** Everything that the decision is made from, as read at one moment. */
export interface Snapshot {
  namespace: string
  statefulSet: KubernetesObject | undefined
  /** Pods that the selector of the StatefulSet finds. */
  pods: KubernetesObject[]
  /** Events of the namespace; empty while nothing is wrong, because then nobody asks for them. */
  events: KubernetesObject[]
}

export type RolloutStatus =
  | { state: 'current'; revision: string }
  | { state: 'progressing'; waitingFor: string; problem?: Problem }

/**
 * Where the rollout stands. Current is: the controller has seen this generation, redis-0 is of the update revision and
 * Ready, and no other pod is left. (`kubectl rollout status` asks less: it trusts counters, and with a partition it
 * never compares revisions.)
 */
export function rolloutStatus(snapshot: Snapshot): RolloutStatus {
  const { statefulSet, pods } = snapshot
  if (statefulSet === undefined) {
    return waiting(`StatefulSet/${names.statefulSet}, which another client deleted, to come back`)
  }
  const generation = statefulSet.metadata.generation ?? 0
  const observed = Number(at(statefulSet, 'status', 'observedGeneration') ?? 0)
  if (observed < generation) return waiting(`the controller to see generation ${generation} of the StatefulSet`)

  const revision = textAt(statefulSet, 'status', 'updateRevision') ?? ''
  const pod = redisPod(pods)
  if (pod === undefined) return waiting(`pod ${names.pod} to be created`, podCreationProblem(snapshot))
  if (pod.metadata['deletionTimestamp'] !== undefined) return waiting(`the old pod ${names.pod} to end`)
  if (revisionOf(pod) !== revision) return outdated(snapshot, statefulSet, pod, revision)
  if (!isReady(pod)) return waiting(podWaitsFor(pod), podProblem(pod, snapshot))

  const other = pods.find((each) => each !== pod)
  if (other !== undefined) return waiting(`the old pod ${other.metadata.name} to end`)
  return { state: 'current', revision }
}

/** The pod is of an older revision: the controller replaces it, unless it cannot or must not. */
function outdated(
  snapshot: Snapshot,
  statefulSet: KubernetesObject,
  pod: KubernetesObject,
  revision: string
): RolloutStatus {
  const waitingFor = `pod ${names.pod} to be replaced by one of revision ${revision}`
  const strategy = textAt(statefulSet, 'spec', 'updateStrategy', 'type')
  const partition = Number(at(statefulSet, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0)
  const remove = `\`kubectl -n ${snapshot.namespace} delete pod ${names.pod}\``
  if (strategy === 'OnDelete' || partition > 0) {
    const rule = strategy === 'OnDelete' ? 'updateStrategy OnDelete' : `partition ${partition}`
    return waiting(waitingFor, {
      code: 'stuck-revision',
      sentence: `pod ${names.pod} stays at its old revision, because the StatefulSet has ${rule}`,
      // Below a partition the controller makes even a deleted pod of the old revision again.
      hint:
        strategy === 'OnDelete'
          ? `delete the pod and run again: ${remove}`
          : `set the partition to 0 in the manifests, or now: ${withoutPartition(snapshot.namespace)}`,
      toleranceMilliseconds: 0
    })
  }
  if (isReady(pod)) return waiting(waitingFor)
  const old = podProblem(pod, snapshot)
  if (old === undefined) return waiting(waitingFor)
  return waiting(waitingFor, {
    code: 'stuck-revision',
    sentence:
      `pod ${names.pod} of the old revision ${revisionOf(pod)} is broken, and the StatefulSet controller does not ` +
      `replace a broken pod (kubernetes/kubernetes#67250): ${old.sentence}`,
    hint: `delete the broken pod and run again: ${remove}`,
    // The controller may be about to do it.
    toleranceMilliseconds: 5_000,
    ...(old.container !== undefined && { container: old.container })
  })
}

function withoutPartition(namespace: string): string {
  const patch = JSON.stringify({ spec: { updateStrategy: { rollingUpdate: { partition: 0 } } } })
  return `\`kubectl -n ${namespace} patch statefulset ${names.statefulSet} --patch '${patch}'\``
}

function waiting(waitingFor: string, problem?: Problem): RolloutStatus {
  return { state: 'progressing', waitingFor, ...(problem !== undefined && { problem }) }
}

function revisionOf(pod: KubernetesObject): string {
  return pod.metadata.labels?.['controller-revision-hash'] ?? ''
}

function isReady(pod: KubernetesObject): boolean {
  return condition(pod, 'Ready') === 'True'
}

function condition(pod: KubernetesObject, type: string): string | undefined {
  return textAt(
    listAt(pod, 'status', 'conditions').find((each) => at(each, 'type') === type),
    'status'
  )
}

function podWaitsFor(pod: KubernetesObject): string {
  // Evicted, or refused by its node: the controller makes a new one in its place.
  if (at(pod, 'status', 'phase') === 'Failed') {
    const words = [textAt(pod, 'status', 'reason'), textAt(pod, 'status', 'message')].filter(
      (word) => word !== undefined
    )
    return `pod ${names.pod} to be replaced, which failed: ${harmlessLine(words.join(': ') || 'without a reason')}`
  }
  if (condition(pod, 'PodScheduled') !== 'True') return `pod ${names.pod} to be scheduled to a node`
  const late = containerStatuses(pod).find((each) => at(each, 'ready') !== true)
  const name = textAt(late, 'name')
  if (name === undefined) return `pod ${names.pod} to be Ready`
  if (at(late, 'state', 'running') === undefined) return `container ${name} to start`
  if (isInit(pod, name)) return `container ${name} to do its work`
  return at(late, 'started') === true ? `container ${name} to be ready` : `container ${name} to pass its startup probe`
}

function isInit(pod: KubernetesObject, name: string): boolean {
  return listAt(pod, 'status', 'initContainerStatuses').some((each) => at(each, 'name') === name)
}
