import type { Deadline } from '../../../core/deadline.ts'
import { type Evidence, Failure, type FailureCode } from '../../../core/failure.ts'
import { eventLine, eventsOf } from '../../../core/kubernetes/events.ts'
import type { KubernetesObject } from '../../../core/kubernetes/object.ts'
import { pollInterval } from '../../../core/poll-interval.ts'
import type { Problem } from '../../../core/problem.ts'
import { formatDuration } from '../../../core/units.ts'
import { type Observation, type Wait, type Waiting, waitUntilDone } from '../../../core/wait.ts'
import type { PodDeps } from '../deps.ts'
import { podApiCall } from './api-call.ts'
import { eventsHint } from './pod-manifest.ts'
import { podState } from './pod-status.ts'

/** A healthy pod has ended before anybody needs its events; they are read no more often than that. */
const eventsMilliseconds = 1_500

/** A pod that has not ended. */
interface Unfinished extends Waiting {
  stored: KubernetesObject
  problem?: Problem
}

/**
 * Waits until the container of the pod has ended.
 * @param code that of a failure which is the pod's own
 * @returns the pod as it is then
 * @throws Failure as soon as it cannot end well, at the latest at the deadline
 */
export async function waitForPod(
  pod: KubernetesObject,
  namespace: string,
  code: FailureCode,
  deadline: Deadline,
  deps: PodDeps
): Promise<KubernetesObject> {
  const { clock } = deps
  const start = clock.now()
  let events: KubernetesObject[] = []
  let eventsAt = start
  const refresh = async (stored: KubernetesObject): Promise<Observation<KubernetesObject, Unfinished>> => {
    eventsAt = clock.now()
    events = await readEvents(pod, namespace, deps)
    const status = podState(stored, events, namespace)
    if (status.state === 'ended') return { done: stored }
    if (status.state === 'waiting') return { waiting: { ...status, stored } }
    throw new Failure(code, status.sentence, eventsHint(pod, namespace), evidenceOf(events))
  }
  const wait: Wait<KubernetesObject, Unfinished> = {
    async look() {
      const stored = await readPod(pod, namespace, code, deps)
      const status = podState(stored, events, namespace)
      if (status.state === 'ended') return { done: stored }
      if (status.state === 'failed') return refresh(stored)
      return { waiting: { ...status, stored, isOutdated: clock.now() - eventsAt >= eventsMilliseconds } }
    },
    refresh: ({ stored }) => refresh(stored),
    interval: (patience) => Math.min(pollInterval(clock.now() - start, 20), patience),
    async verdict({ problem, waitingFor }, { lasted }) {
      if (problem !== undefined) return failureOf(problem, lasted, events)
      const sentence = `after ${formatDuration(deadline.milliseconds)} still waiting for ${waitingFor}`
      return new Failure(code, sentence, 'see the evidence; if it was just slow, raise timeout', evidenceOf(events))
    }
  }
  return waitUntilDone(wait, deadline, deps)
}

async function readPod(
  pod: KubernetesObject,
  namespace: string,
  code: FailureCode,
  deps: PodDeps
): Promise<KubernetesObject> {
  const stored = await podApiCall('watch', pod, namespace, deps, () => deps.cluster.read(pod, namespace))
  if (stored !== undefined && stored.metadata.uid === pod.metadata.uid) return stored
  const sentence = `another client deleted pod ${pod.metadata.name} before it reported its results`
  throw new Failure(code, sentence, 'run again')
}

async function readEvents(pod: KubernetesObject, namespace: string, deps: PodDeps): Promise<KubernetesObject[]> {
  return eventsOf(pod, await podApiCall('watch', pod, namespace, deps, () => deps.cluster.listEvents(namespace)))
}

function failureOf(
  { code, sentence, hint, toleranceMilliseconds }: Problem,
  lasted: number,
  events: readonly KubernetesObject[]
): Failure {
  const tolerated = toleranceMilliseconds === 0 ? '' : ` (seen for ${formatDuration(lasted)})`
  return new Failure(code, `${sentence}${tolerated}`, hint, evidenceOf(events))
}

function evidenceOf(events: readonly KubernetesObject[]): Evidence[] {
  return events.length === 0 ? [] : [{ title: 'Events', text: events.slice(-12).map(eventLine).join('\n') }]
}
