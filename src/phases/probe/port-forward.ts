import type { Tunnel } from '../../clients/kubernetes/port-forward.ts'
import type { Deadline } from '../../core/clock.ts'
import { Failure, messageOf } from '../../core/failure.ts'
import { names, ports as podPorts } from '../../core/kubernetes/workload.ts'
import { harmlessLine } from '../../core/sanitize.ts'
import { refused } from './auth-failure.ts'
import { interval, type ProbePorts, refusedToleranceMilliseconds } from './deps.ts'
import { selfHostedHint, wayHint } from './hints.ts'

/**
 * Tries until Redis answers at a local port: a connection may break, an API server that restarts comes back, and a Redis
 * that loads its data will answer later. A refused password and a missing right do not heal.
 */
export async function reaching<T>(
  namespace: string,
  deadline: Deadline,
  ports: ProbePorts,
  attempt: (port: number) => Promise<T>
): Promise<T> {
  // Not shared: its trouble is that of the newest connection.
  await using tunnel = await ports.openTunnel(podPorts.redis)
  let patient = ports.clock.now() + refusedToleranceMilliseconds
  let loading = false
  for (;;) {
    try {
      return await attempt(tunnel.port)
    } catch (error) {
      ports.signal.throwIfAborted()
      if (ports.isReply(error, 'WRONGPASS', 'NOAUTH', 'NOPERM')) throw await refused(error, namespace, ports)
      patient += await waitForServer(tunnel, namespace, ports)
      const isLoading = ports.isReply(error, 'LOADING')
      if (isLoading && !loading) ports.log('waiting for Redis to load its data')
      loading ||= isLoading
      if (isLoading) patient = ports.clock.now() + refusedToleranceMilliseconds
      const isPatient = ports.clock.now() < patient
      if (deadline.passed || !isPatient) {
        // One answer that is late does not make a Redis that was loading a moment ago unreachable.
        throw loading && isPatient ? stillLoading(deadline, namespace) : unreachable(error, tunnel, namespace)
      }
    }
    await ports.clock.sleep(interval, ports.signal)
  }
}

function stillLoading(deadline: Deadline, namespace: string): Failure {
  const seconds = Math.round(deadline.milliseconds / 1000)
  const sentence = `Redis in pod ${names.pod} still loads its data after ${seconds} s`
  return new Failure('redis-loading', sentence, selfHostedHint('redis-loading', namespace))
}

function unreachable(error: unknown, tunnel: Tunnel, namespace: string): Failure {
  const sentence = `Redis in pod ${names.pod} does not answer through a port-forward: ${reasonOf(tunnel, error)}`
  const hint = tunnel.trouble?.by === 'server' ? wayHint(namespace) : selfHostedHint('redis-unreachable', namespace)
  return new Failure('redis-unreachable', sentence, hint, [], error)
}

/**
 * Waits for an API server that opens no port-forward because it is away. It is asked for something else: whoever asks
 * is made to wait until it is back, or until the deadline.
 * @returns for how long, in milliseconds: time in which nothing in the pod had a chance to answer
 * @throws Failure if the server refuses the port-forward, or does not come back
 */
export async function waitForServer({ trouble }: Tunnel, namespace: string, ports: ProbePorts): Promise<number> {
  const { cluster, clock, signal, toFailure } = ports
  if (trouble?.by !== 'server') return 0
  const attempt = { verb: 'port-forward to', object: `Pod/${names.pod}`, namespace }
  // An API server names the one verb that it has just asked for, and some name none.
  const refusal = toFailure(trouble.error, { ...attempt, needs: 'get and create pods/portforward' })
  if (['unauthorized', 'forbidden'].includes(refusal.code)) throw refusal
  const start = clock.now()
  try {
    await cluster.readStatefulSet(namespace, names.statefulSet)
  } catch (error) {
    signal.throwIfAborted()
    throw toFailure(error, { verb: 'read', object: `StatefulSet/${names.statefulSet}`, namespace })
  }
  return clock.now() - start
}

/** Why there was no answer: what stood in the way, or else what the client saw. */
export function reasonOf({ trouble }: Tunnel, error: unknown): string {
  if (trouble?.by === 'pod') return trouble.said
  return harmlessLine(messageOf(trouble === undefined ? error : trouble.error))
}
