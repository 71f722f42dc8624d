import type { Clock, Deadline } from '../deadline.ts'
import { formatDuration } from '../duration.ts'
import { type Evidence, Failure } from '../failure.ts'
import { at, type KubernetesObject } from '../kubernetes-object.ts'
import { names } from '../workload.ts'
import { gatherEvidence, probeMessage } from './evidence.ts'
import { type Problem, rolloutStatus, type Snapshot } from './status.ts'

export interface RolloutPorts {
  cluster: {
    readStatefulSet(namespace: string, name: string): Promise<KubernetesObject | undefined>
    listPods(namespace: string, labels: Record<string, string>): Promise<KubernetesObject[]>
    listEvents(namespace: string): Promise<KubernetesObject[]>
    readLog(namespace: string, pod: string, container: string, previous: boolean): Promise<string>
  }
  toFailure(error: unknown, attempt: { verb: string; object: string; namespace: string }): Failure
  clock: Clock
  signal: AbortSignal
  log(line: string): void
}

const interval = 200
/** A pod that is not Ready after this long is worth asking events for, and how often. */
const eventsAfter = 1_500

/**
 * Waits until redis-0 runs what was applied.
 * @returns the update revision
 * @throws Failure as soon as it cannot end well, at the latest at the deadline
 */
export async function rollout(namespace: string, deadline: Deadline, ports: RolloutPorts): Promise<string> {
  const suspicion = new Suspicion(ports.clock)
  let events: KubernetesObject[] = []
  let eventsAt = ports.clock.now()
  let said = ''
  for (;;) {
    const started = ports.clock.now()
    if (started - eventsAt >= eventsAfter) {
      events = await look(namespace, ports, () => ports.cluster.listEvents(namespace))
      eventsAt = started
    }
    const snapshot = await look(namespace, ports, () => readSnapshot(namespace, events, ports))
    const status = rolloutStatus(snapshot)
    if (status.state === 'current') return status.revision

    const line = status.problem?.sentence ?? `waiting for ${status.waitingFor}`
    if (line !== said) ports.log(line)
    said = line
    if (suspicion.confirmed(status.problem)) throw await failure(status.problem, snapshot, suspicion.duration, ports)
    if (deadline.passed) throw await timeout(status.waitingFor, status.problem, snapshot, deadline, ports)
    await ports.clock.sleep(Math.min(interval, deadline.remaining), ports.signal)
  }
}

/** Remembers for how long the same problem has been seen. */
class Suspicion {
  readonly #clock: Clock
  #code: string | undefined
  #since = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get duration(): number {
    return this.#clock.now() - this.#since
  }

  confirmed(problem: Problem | undefined): problem is Problem {
    if (problem?.code !== this.#code) this.#since = this.#clock.now()
    this.#code = problem?.code
    return problem !== undefined && this.duration >= problem.toleranceMilliseconds
  }
}

async function readSnapshot(
  namespace: string,
  events: KubernetesObject[],
  { cluster }: RolloutPorts
): Promise<Snapshot> {
  const statefulSet = await cluster.readStatefulSet(namespace, names.statefulSet)
  const labels = at(statefulSet, 'spec', 'selector', 'matchLabels') as Record<string, string> | undefined
  const pods = labels === undefined ? [] : await cluster.listPods(namespace, labels)
  return { namespace, statefulSet, pods, events }
}

async function look<T>(namespace: string, ports: RolloutPorts, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    ports.signal.throwIfAborted()
    throw ports.toFailure(error, { verb: 'watch', object: `StatefulSet/${names.statefulSet}`, namespace })
  }
}

async function failure(problem: Problem, snapshot: Snapshot, lasted: number, ports: RolloutPorts): Promise<Failure> {
  const tolerated = lasted >= 1000 ? ` (seen for ${formatDuration(lasted)})` : ''
  return new Failure(
    problem.code,
    `${problem.sentence}${tolerated}`,
    problem.hint,
    await evidence(snapshot, problem, ports)
  )
}

async function timeout(
  waitingFor: string,
  problem: Problem | undefined,
  snapshot: Snapshot,
  deadline: Deadline,
  ports: RolloutPorts
): Promise<Failure> {
  if (problem !== undefined) return failure(problem, snapshot, 0, ports)
  const after = `after ${formatDuration(deadline.milliseconds)} still waiting for ${waitingFor}`
  const collected = await evidence(snapshot, problem, ports)
  const probe = probeMessage(snapshot)
  return probe === undefined
    ? new Failure('rollout-timeout', after, 'see the evidence; if it was only slow, raise timeout', collected)
    : new Failure('probe-failing', `${after}: ${probe}`, 'correct the probe or what it asks', collected)
}

// Evidence must not hide the failure that it belongs to.
async function evidence(snapshot: Snapshot, problem: Problem | undefined, ports: RolloutPorts): Promise<Evidence[]> {
  try {
    return await gatherEvidence(snapshot, problem, ports.cluster)
  } catch (error) {
    return [{ title: 'No evidence', text: String(error) }]
  }
}
