import type { Deadline } from '../../core/deadline.ts'
import { Failure, type FailureCode } from '../../core/failure.ts'
import type { KubernetesObject } from '../../core/kubernetes/object.ts'
import { names } from '../../core/kubernetes/workload.ts'
import type { Problem } from '../../core/problem.ts'
import { formatDuration } from '../../core/units.ts'
import { type Observation, type Wait, waitUntilDone } from '../../core/wait.ts'
import type { RolloutDeps } from './deps.ts'
import { gatherEvidence, hintWithLog } from './evidence.ts'
import { podNote } from './pod-template.ts'
import { type Recovery, Replacement } from './replacement.ts'
import { restartNote } from './restarts.ts'
import { paceAfter, RolloutObserver, type Snapshot } from './snapshot.ts'
import type { Stalled } from './stalled.ts'
import { type Current, type Progressing, rolloutStatus } from './status.ts'

/** What runs now. */
export interface RolledOut {
  revision: string
  /** redis-0, Ready. */
  pod: KubernetesObject
  /** What a reader should know of it; one sentence each. */
  notes: string[]
}

/** A rollout that is not over, and what that is judged from. */
type Unfinished = Progressing & { snapshot: Snapshot; patience: number }

/**
 * Waits until redis-0 runs what was applied.
 * @param recovery how to delete a pod that is in the way; undefined to delete none
 * @returns the update revision, and the pod
 * @throws Failure as soon as it cannot end well, at the latest at the deadline
 */
export async function rollout(
  namespace: string,
  deadline: Deadline,
  deps: RolloutDeps,
  recovery?: Recovery
): Promise<RolledOut> {
  const observer = new RolloutObserver(namespace, deps)
  const replacement = new Replacement(recovery, deps.clock)
  const observation = (snapshot: Snapshot): Observation<RolledOut, Unfinished> => {
    const status = rolloutStatus(snapshot)
    if (status.state === 'current') return { done: rolledOut(status, snapshot) }
    return { waiting: { ...status, snapshot, patience: replacement.patienceWith(status.stuck) } }
  }
  const wait: Wait<RolledOut, Unfinished> = {
    look: async (quiet) => observation(await observer.look(paceAfter(quiet).events)),
    refresh: async ({ snapshot }) => observation(await observer.withEventsOfNow(snapshot)),
    interval: (patience, quiet) => Math.min(paceAfter(quiet).look, patience),
    async verdict(seen, { last, lasted }) {
      const { snapshot, problem, stuck, patience } = seen
      if (stuck !== undefined && patience === 0 && !last) {
        await replacement.replace(stuck, snapshot, deps)
        return undefined
      }
      const failed =
        problem === undefined
          ? await timeout(seen, snapshot, deadline, deps)
          : await failure(problem, snapshot, lasted, deps)
      return replacement.explain(failed, snapshot)
    }
  }
  return waitUntilDone(wait, deadline, deps)
}

function rolledOut({ revision, pod }: Current, { statefulSet, neededLabels }: Snapshot): RolledOut {
  const notes = [statefulSet && podNote(pod, statefulSet, neededLabels), restartNote(pod)]
  return { revision, pod, notes: notes.filter((note) => note !== undefined) }
}

async function failure(
  { code, sentence, hint, container, toleranceMilliseconds }: Problem,
  snapshot: Snapshot,
  lasted: number,
  deps: RolloutDeps
): Promise<Failure> {
  const until = lasted < toleranceMilliseconds ? ', until the timeout' : ''
  const tolerated = toleranceMilliseconds === 0 ? '' : ` (seen for ${formatDuration(lasted)}${until})`
  const evidence = await gatherEvidence(snapshot, container, deps)
  return new Failure(code, `${sentence}${tolerated}`, hintWithLog(code, hint, evidence), evidence)
}

async function timeout(
  { waitingFor, standstill }: Progressing,
  snapshot: Snapshot,
  deadline: Deadline,
  deps: RolloutDeps
): Promise<Failure> {
  const { code, words, hint }: Stalled = standstill ?? { code: 'rollout-timeout' }
  const after = `after ${formatDuration(deadline.milliseconds)} still waiting for ${waitingFor}`
  const sentence = words === undefined ? after : `${after}: ${words}`
  const evidence = await gatherEvidence(snapshot, undefined, deps)
  return new Failure(code, sentence, timeoutHint(code, hint), evidence)
}

/** What to do after a wait that was in vain: not all of it would be over after a longer one. */
function timeoutHint(code: FailureCode, hint = 'see the evidence; if it was just slow, raise timeout'): string {
  if (code === 'probe-failing') return 'correct the probe or what it checks'
  return code === 'redis-loading' ? `${hint}; then raise timeout` : hint
}

/**
 * Judges redis-0 as it is now. Nothing is waited for, also not what may heal: a cache that is away at this moment is
 * away.
 * @returns the update revision, and the pod
 * @throws Failure if redis-0 is not Ready at that revision
 */
export async function health(namespace: string, deps: RolloutDeps): Promise<RolledOut> {
  const observer = new RolloutObserver(namespace, deps)
  const first = await observer.look(Number.POSITIVE_INFINITY)
  const seen = rolloutStatus(first)
  if (seen.state === 'current') return rolledOut(seen, first)
  const snapshot = await observer.withEventsOfNow(first)
  const status = rolloutStatus(snapshot)
  if (status.state === 'current') return rolledOut(status, snapshot)
  const { problem, waitingFor, standstill } = status
  const evidence = await gatherEvidence(snapshot, problem?.container, deps)
  if (problem !== undefined) {
    const { code, sentence, hint } = problem
    throw new Failure(code, sentence, hintWithLog(code, hint, evidence), evidence)
  }
  const words = standstill?.words
  throw new Failure(
    standstill?.code ?? 'rollout-timeout',
    `${names.pod} is not Ready now: waiting for ${waitingFor}${words === undefined ? '' : `; ${words}`}`,
    standstill?.hint ??
      `see the evidence, and follow the pod: \`kubectl -n ${namespace} get pod ${names.pod} --watch\``,
    evidence
  )
}
