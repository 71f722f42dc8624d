import type { Deadline } from '../../../core/clock.ts'
import { type Evidence, Failure, type FailureCode } from '../../../core/failure.ts'
import { eventLine, eventsOf } from '../../../core/kubernetes/events.ts'
import type { KubernetesObject } from '../../../core/kubernetes/object.ts'
import { type Problem, Suspicion } from '../../../core/problem.ts'
import { formatDuration } from '../../../core/units.ts'
import type { PodPorts } from '../deps.ts'
import { asking } from './api-call.ts'
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
export async function followPod(
  pod: KubernetesObject,
  namespace: string,
  code: FailureCode,
  deadline: Deadline,
  ports: PodPorts
): Promise<KubernetesObject> {
  const { clock, signal, log } = ports
  const suspicion = new Suspicion(clock)
  const start = clock.now()
  let events: KubernetesObject[] = []
  let eventsAt = start
  let said = ''
  for (;;) {
    const last = deadline.passed
    const stored = await readPod(pod, namespace, code, ports)
    let status = podState(stored, events, namespace)
    if (status.state === 'ended') return stored
    if (last || patienceWith(status, suspicion) === 0 || clock.now() - eventsAt >= eventsMilliseconds) {
      // No verdict rests on old events: a newer one may tell more, or that an autoscaler helps.
      eventsAt = clock.now()
      events = await readEvents(pod, namespace, ports)
      status = podState(stored, events, namespace)
    }
    if (status.state === 'ended') return stored
    if (status.state === 'failed')
      throw new Failure(code, status.sentence, eventsHint(pod, namespace), evidenceOf(events))

    const { problem, waitingFor } = status
    const line = problem?.sentence ?? `waiting for ${waitingFor}`
    if (line !== said) log(line)
    said = line
    const patience = suspicion.patienceWith(problem)
    if (problem !== undefined && (last || patience === 0)) throw failureOf(problem, suspicion.duration, events)
    if (last) {
      const sentence = `after ${formatDuration(deadline.milliseconds)} still waiting for ${waitingFor}`
      throw new Failure(code, sentence, 'see the evidence; if it was only slow, raise timeout', evidenceOf(events))
    }
    const pace = Math.min(Math.max((clock.now() - start) / 20, 100), 1_000)
    await clock.sleep(Math.min(pace, patience, deadline.remaining), signal)
  }
}

async function readPod(
  pod: KubernetesObject,
  namespace: string,
  code: FailureCode,
  ports: PodPorts
): Promise<KubernetesObject> {
  const stored = await asking('watch', pod, namespace, ports, () => ports.cluster.read(pod, namespace))
  if (stored !== undefined && stored.metadata.uid === pod.metadata.uid) return stored
  const sentence = `another client deleted pod ${pod.metadata.name} before it had told what it saw`
  throw new Failure(code, sentence, 'run again')
}

async function readEvents(pod: KubernetesObject, namespace: string, ports: PodPorts): Promise<KubernetesObject[]> {
  return eventsOf(pod, await asking('watch', pod, namespace, ports, () => ports.cluster.listEvents(namespace)))
}

function patienceWith(status: PodState, suspicion: Suspicion): number {
  return status.state === 'waiting' ? suspicion.patienceWith(status.problem) : 0
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
