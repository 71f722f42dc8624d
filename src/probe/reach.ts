import type { Deadline } from '../deadline.ts'
import { Failure } from '../failure.ts'
import { names, ports as podPorts } from '../workload.ts'
import { hintFor, wayHint } from './hints.ts'
import { interval, type ProbePorts, patienceMilliseconds, type Tunnel } from './ports.ts'
import { refused } from './refusal.ts'
import { reasonOf, waitForServer } from './way.ts'

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
  let patient = ports.clock.now() + patienceMilliseconds
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
      if (isLoading) patient = ports.clock.now() + patienceMilliseconds
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
  return new Failure('redis-loading', sentence, hintFor('redis-loading', namespace))
}

function unreachable(error: unknown, tunnel: Tunnel, namespace: string): Failure {
  const sentence = `Redis in pod ${names.pod} does not answer through a port-forward: ${reasonOf(tunnel, error)}`
  const hint = tunnel.trouble?.by === 'server' ? wayHint(namespace) : hintFor('redis-unreachable', namespace)
  return new Failure('redis-unreachable', sentence, hint, [], error)
}
