import type { Deadline } from '../../../core/deadline.ts'
import { Failure } from '../../../core/failure.ts'
import { apiCall } from '../../../core/kubernetes/api-call.ts'
import { eventsOf } from '../../../core/kubernetes/events.ts'
import { at, type KubernetesObject, objectId, textAt } from '../../../core/kubernetes/object.ts'
import { unschedulable } from '../../../core/kubernetes/unschedulable.ts'
import type { Problem } from '../../../core/problem.ts'
import { sanitizeLine } from '../../../core/sanitize.ts'
import { formatDuration } from '../../../core/units.ts'
import { type Observation, type Wait, type Waiting, waitUntilDone } from '../../../core/wait.ts'
import { hasFailed, isReady, podWaitsFor } from '../container-status.ts'
import { hintWithLog, podEvidence } from '../evidence.ts'
import { podProblem } from '../pod-problem.ts'
import { restartProblem } from '../restarts.ts'
import { paceAfter } from '../snapshot.ts'
import { unreadyPod } from '../stalled.ts'
import type { RehearsalDeps } from './deps.ts'
import { isOnlyOfSecondPod, NotRehearsed, noRoom } from './hints.ts'

/** A pod that is not Ready. */
interface Unready extends Waiting {
  pod: KubernetesObject
  problem?: Problem
}

/** How long room for a second pod is waited for, in milliseconds: longer than a pod that ends needs to go. */
const roomMilliseconds = 15_000

/**
 * Waits until the pod is Ready, and judges it as a rollout judges redis-0.
 * @returns the pod as it is then
 * @throws Failure as soon as it cannot end well, at the latest at the deadline; NotRehearsed if that says nothing of
 * the pod that would follow redis-0
 */
export async function untilReady(
  placed: KubernetesObject,
  namespace: string,
  deadline: Deadline,
  deps: RehearsalDeps
): Promise<KubernetesObject> {
  const { clock } = deps
  const start = clock.now()
  let events: KubernetesObject[] = []
  let eventsAt = start
  const observation = (pod: KubernetesObject): Observation<KubernetesObject, Unready> => {
    const problem = problemOf(pod, events, namespace, deps.date())
    if (problem === undefined && isReady(pod)) return { done: pod }
    throwIfOnlyOfSecondPod(pod, problem, events, clock.now() - start)
    return { waiting: { pod, waitingFor: podWaitsFor(pod), ...(problem !== undefined && { problem }) } }
  }
  const readEvents = async () => {
    eventsAt = clock.now()
    events = await request(placed, namespace, deps, () => deps.cluster.listEvents(namespace))
  }
  const wait: Wait<KubernetesObject, Unready> = {
    async look(quiet) {
      const due = clock.now() - eventsAt >= paceAfter(quiet).events
      const [pod] = await Promise.all([readPod(placed, namespace, deps), due ? readEvents() : undefined])
      return observation(pod)
    },
    async refresh({ pod }) {
      await readEvents()
      return observation(pod)
    },
    interval: (patience, quiet) => Math.min(paceAfter(quiet).look, patience),
    async verdict({ pod, problem, waitingFor }, { lasted }) {
      const stalled = problem === undefined ? unreadyPod(pod, { events, namespace }) : undefined
      const evidence = await podEvidence(pod, eventsOf(pod, events), problem?.container, namespace, deps)
      if (problem !== undefined) {
        const tolerated = problem.toleranceMilliseconds === 0 ? '' : ` (seen for ${formatDuration(lasted)})`
        const sentence = `pod ${pod.metadata.name}: ${problem.sentence}${tolerated}`
        return new Failure(problem.code, sentence, hintWithLog(problem.code, problem.hint, evidence), evidence)
      }
      const words = stalled?.words === undefined ? '' : `: ${stalled.words}`
      return new Failure(
        stalled?.code ?? 'rollout-timeout',
        `pod ${pod.metadata.name}: after ${formatDuration(deadline.elapsed)} still waiting for ${waitingFor}${words}`,
        stalled?.hint ?? 'see the evidence; if it was just slow, raise timeout',
        evidence
      )
    }
  }
  return waitUntilDone(wait, deadline, deps)
}

function problemOf(
  pod: KubernetesObject,
  events: KubernetesObject[],
  namespace: string,
  now: Date
): Problem | undefined {
  return isReady(pod) ? restartProblem(pod, undefined, now, namespace) : podProblem(pod, { events, namespace })
}

/** @throws NotRehearsed if what keeps the pod from being Ready would not concern the one that follows redis-0 */
function throwIfOnlyOfSecondPod(
  pod: KubernetesObject,
  problem: Problem | undefined,
  events: readonly KubernetesObject[],
  elapsed: number
): void {
  // Evicted, or refused by its node, or at its own deadline.
  if (hasFailed(pod)) throw noRoom([textAt(pod, 'status', 'reason'), textAt(pod, 'status', 'message')].join(': '))
  // Its password may be part of the configuration, which is not changed.
  if (problem?.code === 'redis-auth') {
    throw new NotRehearsed(`its password is not taken from the Secret alone: ${sanitizeLine(problem.sentence)}`)
  }
  const kept = unschedulable(pod, eventsOf(pod, events))
  if (kept !== undefined && elapsed >= roomMilliseconds && isOnlyOfSecondPod(kept.message)) throw noRoom(kept.message)
}

async function readPod(placed: KubernetesObject, namespace: string, deps: RehearsalDeps): Promise<KubernetesObject> {
  const pod = await request(placed, namespace, deps, () => deps.cluster.read(placed, namespace))
  if (pod?.metadata.uid !== placed.metadata.uid || at(pod, 'metadata', 'deletionTimestamp') !== undefined) {
    throw new NotRehearsed(`another client removed ${objectId(placed)} before it was Ready`)
  }
  return pod as KubernetesObject
}

async function request<T>(
  pod: KubernetesObject,
  namespace: string,
  { toFailure, signal }: RehearsalDeps,
  act: () => Promise<T>
): Promise<T> {
  return apiCall({ verb: 'watch', object: objectId(pod), namespace }, { toFailure, signal }, act)
}
