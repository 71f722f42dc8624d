import type { Deadline } from '../../../core/deadline.ts'
import { Failure, isGeneral, messageOf } from '../../../core/failure.ts'
import { at, type KubernetesObject, objectId } from '../../../core/kubernetes/object.ts'
import { names, runAnnotation } from '../../../core/kubernetes/workload.ts'
import { sanitizeLine } from '../../../core/sanitize.ts'
import type { RehearsalDeps, RehearsalInputs } from './deps.ts'
import { foreignObject, missingRights, NotRehearsed } from './hints.ts'
import { type RehearsalObjects, rehearsalIds } from './objects.ts'
import { quotaVerdict } from './quota.ts'

/** How the pod is deleted: it has no state, and its room must become free soon. */
const atOnce = { gracePeriodSeconds: 0 } as const
/** For how long the pod of another run is left alone: a rehearsal takes seconds, and the run may be gone. */
const othersMilliseconds = 10_000
const interval = 250

/**
 * Places the objects of a rehearsal, once the cluster admits the pod as it is planned.
 * @param placed gets each object before it is sent: those to remove
 * @returns the stored pod
 * @throws Failure if the cluster refuses the planned pod; NotRehearsed if only its copy cannot be placed
 */
export async function place(
  { asPlanned, sources, pod }: RehearsalObjects,
  { namespace, running }: RehearsalInputs,
  placed: KubernetesObject[],
  deadline: Deadline,
  deps: RehearsalDeps
): Promise<KubernetesObject> {
  const wasTaken = await freeTheName(namespace, deadline, deps)
  await admit(asPlanned, namespace, running, wasTaken, deps)
  placed.push(...sources)
  await together(sources.map((source) => put(source, namespace, deps)))
  placed.push(pod)
  return put(pod, namespace, deps)
}

/** Waits for all, so that no request outlives a failed one: what it makes would be missed when all is removed. */
async function together<T>(jobs: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(jobs)
  return Promise.all(jobs)
}

/** Removes the pod that an earlier run has left behind; what it read is overwritten. @returns whether there was one */
async function freeTheName(namespace: string, deadline: Deadline, deps: RehearsalDeps): Promise<boolean> {
  const { cluster, clock, signal, log } = deps
  const end = clock.now() + Math.min(othersMilliseconds, deadline.remaining)
  for (let looks = 0; ; looks++) {
    const [pod] = await together(rehearsalIds.map((id) => ownObject(id, namespace, deps)))
    if (pod === undefined) return looks > 0
    if (looks === 0) log(`${objectId(pod)} of another run is still there`)
    const hasEnded = ['Succeeded', 'Failed'].includes(String(at(pod, 'status', 'phase')))
    if (hasEnded || clock.now() >= end) {
      log(`removing ${objectId(pod)}, which another run has left behind`)
      await request('delete', pod, namespace, deps, () => cluster.delete(pod, namespace, atOnce))
    }
    await clock.sleep(interval, signal)
  }
}

/** An object with a name of a rehearsal. @throws NotRehearsed if no run made it */
async function ownObject(
  id: KubernetesObject,
  namespace: string,
  deps: RehearsalDeps
): Promise<KubernetesObject | undefined> {
  const stored = await request('get', id, namespace, deps, () => deps.cluster.read(id, namespace))
  if (stored !== undefined && stored.metadata.annotations?.[runAnnotation] === undefined) {
    throw foreignObject(id, namespace)
  }
  return stored
}

/** Lets the cluster judge the planned pod, and stores nothing. */
async function admit(
  pod: KubernetesObject,
  namespace: string,
  running: KubernetesObject,
  wasTaken: boolean,
  deps: RehearsalDeps
): Promise<void> {
  const { cluster, signal, toFailure } = deps
  try {
    await cluster.apply(pod, JSON.stringify(pod), namespace, { force: true, dryRun: true })
  } catch (error) {
    signal.throwIfAborted()
    const user = deps.grantFor(error)
    if (user !== undefined) throw missingRights(`patch ${objectId(pod)}`, user)
    const failure = toFailure(error, { verb: 'create', object: objectId(pod), namespace })
    // Whether it is admitted shows when it is created.
    if (/does not support dry run/.test(failure.message)) return
    if (failure.code !== 'quota-exceeded') throw failure
    const verdict = quotaVerdict(messageOf(error), running)
    // A pod that was just removed is counted for a moment.
    if (verdict.kind === 'exceeded' && !wasTaken) {
      throw new Failure(failure.code, `${verdict.sentence} (${failure.message})`, failure.hint, [], error)
    }
    throw new NotRehearsed(verdict.kind === 'fits' ? verdict.sentence : failure.message)
  }
}

/** Applies one object of the rehearsal. @throws NotRehearsed if the cluster refuses it */
async function put(object: KubernetesObject, namespace: string, deps: RehearsalDeps): Promise<KubernetesObject> {
  const apply = () => deps.cluster.apply(object, JSON.stringify(object), namespace, { force: true })
  const outcome = await request('patch', object, namespace, deps, apply)
  if (outcome.kind !== 'applied') throw new NotRehearsed(`another run writes ${objectId(object)}`)
  return outcome.applied.object
}

async function request<T>(
  verb: string,
  object: KubernetesObject,
  namespace: string,
  { signal, toFailure, grantFor }: RehearsalDeps,
  act: () => Promise<T>
): Promise<T> {
  try {
    return await act()
  } catch (error) {
    signal.throwIfAborted()
    const user = grantFor(error)
    if (user !== undefined) throw missingRights(`${verb} ${objectId(object)}`, user)
    const failure = toFailure(error, { verb, object: objectId(object), namespace })
    if (isGeneral(failure) || failure.code === 'namespace-missing') throw failure
    throw new NotRehearsed(failure.message)
  }
}

/** Removes the objects of this run, not those of another one with the same names; what is left is noted. */
export async function remove(
  placed: readonly KubernetesObject[],
  namespace: string,
  { cleaning, note }: RehearsalDeps
): Promise<void> {
  const removals = placed.map(async (object) => {
    try {
      // Found by its name: a cancelled apply may have succeeded anyway.
      const stored = await cleaning.read(object, namespace)
      if (stored === undefined || runOf(stored) !== runOf(object)) return
      await cleaning.delete(stored, namespace, atOnce)
    } catch (error) {
      const why = sanitizeLine(messageOf(error))
      note(`${objectId(object)} may still be there, and the next run that replaces ${names.pod} removes it: ${why}`)
    }
  })
  await Promise.all(removals)
}

function runOf({ metadata }: KubernetesObject): string | undefined {
  return metadata.annotations?.[runAnnotation]
}
