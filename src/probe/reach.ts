import type { Deadline } from '../deadline.ts'
import { Failure, messageOf } from '../failure.ts'
import { harmlessLine } from '../untrusted-text.ts'
import { names } from '../workload.ts'
import { hintFor } from './hints.ts'
import { interval, type ProbePorts, patienceMilliseconds, type Tunnel } from './ports.ts'
import { refused } from './refusal.ts'

/**
 * Tries until Redis answers: a connection may break, and a Redis that loads its data will answer later. A refused
 * password and a missing right do not heal.
 */
export async function reaching<T>(
  tunnel: Tunnel,
  namespace: string,
  deadline: Deadline,
  ports: ProbePorts,
  attempt: () => Promise<T>
): Promise<T> {
  let patient = ports.clock.now() + patienceMilliseconds
  let loading = false
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      ports.signal.throwIfAborted()
      if (ports.isReply(error, 'WRONGPASS', 'NOAUTH', 'NOPERM')) throw await refused(error, namespace, ports)
      if (/server response: 40[13]/.test(tunnel.lastError ?? '')) throw forbidden(error, tunnel, namespace)
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

function forbidden(error: unknown, { lastError }: Tunnel, namespace: string): Failure {
  const sentence = `cannot port-forward to pod ${names.pod} in namespace ${namespace}: ${lastError}`
  const hint = 'grant the Role in manifests/rbac: verbs get and create on pods/portforward'
  return new Failure('forbidden', sentence, hint, [], error)
}

function unreachable(error: unknown, tunnel: Tunnel, namespace: string): Failure {
  const reason = tunnel.lastError ?? harmlessLine(messageOf(error))
  const sentence = `Redis in pod ${names.pod} does not answer through a port-forward: ${reason}`
  return new Failure('redis-unreachable', sentence, hintFor('redis-unreachable', namespace), [], error)
}
