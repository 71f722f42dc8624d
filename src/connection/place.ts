import type { Deadline } from '../deadline.ts'
import { Failure } from '../failure.ts'
import { type KubernetesObject, textAt } from '../kubernetes-object.ts'
import { formatDuration } from '../units.ts'
import { asking } from './asking.ts'
import { type Occupant, occupantOf, Watched } from './occupant.ts'
import { atOnce, runAnnotation } from './pod.ts'
import type { PodPorts } from './ports.ts'

const interval = 500

/**
 * Creates the pod as soon as its name is free: another run may be at it, or may have left its pod behind.
 * @returns the pod as it is stored
 */
export async function placePod(
  pod: KubernetesObject,
  namespace: string,
  deadline: Deadline,
  ports: PodPorts
): Promise<KubernetesObject> {
  const { cluster, clock, signal, log } = ports
  const request = <T>(verb: string, act: () => Promise<T>) => asking(verb, pod, namespace, ports, act)
  const run = pod.metadata.annotations?.[runAnnotation] ?? ''
  const watched = new Watched(clock)
  let before: Occupant | undefined
  for (;;) {
    const created = await request('create', () => cluster.create(pod, namespace))
    if (created !== undefined) return created.object
    const other = await request('read', () => cluster.read(pod, namespace))
    if (other === undefined) continue
    const occupant = occupantOf(other, run, watched.look(other))
    // A create whose answer was lost was sent again.
    if (occupant === 'own') return other
    if (occupant === 'foreign') throw foreign(other, namespace)
    if (occupant !== before) log(line(other, occupant))
    before = occupant
    if (occupant === 'abandoned') await request('delete', () => cluster.delete(other, namespace, atOnce))
    if (deadline.passed) throw occupied(other, namespace, deadline)
    await clock.sleep(Math.min(interval, deadline.remaining), signal)
  }
}

function line({ metadata: { name, creationTimestamp } }: KubernetesObject, occupant: Occupant): string {
  return occupant === 'abandoned'
    ? `removing pod ${name}, which a run of ${textAt(creationTimestamp)} left behind`
    : `waiting for another run, which has made pod ${name} at ${textAt(creationTimestamp)}`
}

function foreign({ metadata: { name } }: KubernetesObject, namespace: string): Failure {
  return new Failure(
    'config-error',
    `there is a pod ${name} in namespace ${namespace} that is not of this action, which needs the name`,
    `rename it, or remove it: \`kubectl -n ${namespace} delete pod ${name}\``
  )
}

function occupied({ metadata: { name } }: KubernetesObject, namespace: string, deadline: Deadline): Failure {
  return new Failure(
    'config-error',
    `after ${formatDuration(deadline.milliseconds)} pod ${name} of another run is still there`,
    `run again when that run has ended; if there is none, \`kubectl -n ${namespace} delete pod ${name}\``
  )
}
