import type { Deadline } from '../../../core/deadline.ts'
import { type Evidence, Failure, type FailureCode } from '../../../core/failure.ts'
import { eventLine, eventsOf } from '../../../core/kubernetes/events.ts'
import type { KubernetesObject } from '../../../core/kubernetes/object.ts'
import { pollInterval } from '../../../core/poll-interval.ts'
import { type Problem, ProblemTimer } from '../../../core/problem.ts'
import { formatDuration } from '../../../core/units.ts'
import type { PodDeps } from '../deps.ts'
import { podApiCall } from './api-call.ts'
import { eventsHint } from './pod-manifest.ts'
import { type PodState, podState } from './pod-status.ts'

/** A healthy pod has ended before anybody needs its events; they are read no more often than that. */
const eventsMilliseconds = 1_500

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
  const { clock, signal, log } = deps
  const timer = new ProblemTimer(clock)
  const start = clock.now()
  let events: KubernetesObject[] = []
  let eventsAt = start
  let said = ''
  for (;;) {
    const last = deadline.passed
    const stored = await readPod(pod, namespace, code, deps)
    let status = podState(stored, events, namespace)
    if (status.state === 'ended') return stored
    if (last || patienceWith(status, timer) === 0 || clock.now() - eventsAt >= eventsMilliseconds) {
      // No verdict rests on old events: a newer one may tell more, or that an autoscaler helps.
      eventsAt = clock.now()
      events = await readEvents(pod, namespace, deps)
      status = podState(stored, events, namespace)
    }
    if (status.state === 'ended') return stored
    if (status.state === 'failed')
      throw new Failure(code, status.sentence, eventsHint(pod, namespace), evidenceOf(events))

    const { problem, waitingFor } = status
    const line = problem?.sentence ?? `waiting for ${waitingFor}`
    if (line !== said) log(line)
    said = line
    const patience = timer.remainingTolerance(problem)
    if (problem !== undefined && (last || patience === 0)) throw failureOf(problem, timer.duration, events)
    if (last) {
      const sentence = `after ${formatDuration(deadline.milliseconds)} still waiting for ${waitingFor}`
      throw new Failure(code, sentence, 'see the evidence; if it was just slow, raise timeout', evidenceOf(events))
    }
    await clock.sleep(Math.min(pollInterval(clock.now() - start, 20), patience, deadline.remaining), signal)
  }
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

function patienceWith(status: PodState, timer: ProblemTimer): number {
  return status.state === 'waiting' ? timer.remainingTolerance(status.problem) : 0
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
