import { messageOf } from '../failure.ts'
import { harmlessLine } from '../untrusted-text.ts'
import { names } from '../workload.ts'
import type { ProbePorts, Tunnel } from './ports.ts'

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
