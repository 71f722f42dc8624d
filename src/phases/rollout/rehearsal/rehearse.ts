import { randomBytes, randomUUID } from 'node:crypto'
import type { Deadline } from '../../../core/deadline.ts'
import { Failure } from '../../../core/failure.ts'
import type { KubernetesObject } from '../../../core/kubernetes/object.ts'
import { names, redisPod } from '../../../core/kubernetes/workload.ts'
import type { Engine } from '../../../core/redis/engine.ts'
import type { RehearsalDeps, RehearsalInputs } from './deps.ts'
import { startedEngine } from './engine.ts'
import { NotRehearsed, rehearsalFailure } from './hints.ts'
import { obstacleIn, rehearsalObjects } from './objects.ts'
import { place, remove } from './placement.ts'
import { untilReady } from './wait.ts'

/** What a rehearsal has shown. */
export type Rehearsal =
  /** The new template becomes Ready. */
  | { kind: 'rehearsed'; engine: Engine | undefined }
  /** Nothing is known of it. */
  | { kind: 'skipped'; because: string }

/** For how long the cluster keeps the pod after the deadline of the run, in seconds: this process may be gone. */
const afterDeadlineSeconds = 10

/**
 * Starts a pod of the planned template beside redis-0, and removes it in any case.
 * @throws Failure with the codes of a rollout if it would not become Ready; redis-0 is as it was
 */
export async function rehearse(inputs: RehearsalInputs, deadline: Deadline, deps: RehearsalDeps): Promise<Rehearsal> {
  const { namespace, statefulSet, running } = inputs
  const obstacle = obstacleIn(statefulSet)
  if (obstacle !== undefined) return { kind: 'skipped', because: obstacle }
  const password = randomBytes(24).toString('hex')
  deps.secret(password)
  const activeSeconds = Math.ceil(deadline.remaining / 1000) + afterDeadlineSeconds
  const objects = rehearsalObjects(inputs, { run: randomUUID(), activeSeconds, password })
  const placed: KubernetesObject[] = []
  try {
    const pod = await untilReady(await place(objects, inputs, placed, deadline, deps), namespace, deadline, deps)
    return { kind: 'rehearsed', engine: await startedEngine(pod, namespace, deps) }
  } catch (error) {
    if (error instanceof NotRehearsed) return { kind: 'skipped', because: error.message }
    if (!(error instanceof Failure) || deps.signal.aborted) throw error
    throw rehearsalFailure(error, await podNow(namespace, deps), running)
  } finally {
    await remove(placed, namespace, deps)
  }
}

async function podNow(namespace: string, { cluster }: RehearsalDeps): Promise<KubernetesObject | undefined> {
  return redisPod(await cluster.listPodsNamed(namespace, names.pod).catch(() => []))
}
