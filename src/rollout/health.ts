import { Failure } from '../failure.ts'
import { names } from '../workload.ts'
import { gatherEvidence } from './evidence.ts'
import { hintWithLog } from './last-words.ts'
import { Observer } from './observer.ts'
import type { RolloutPorts } from './rollout.ts'
import { rolloutStatus } from './status.ts'

/**
 * Judges redis-0 as it is now. Nothing is waited for, also not what may heal: a cache that is away at this moment is
 * away.
 * @returns the update revision
 * @throws Failure if redis-0 is not Ready at that revision
 */
export async function health(namespace: string, ports: RolloutPorts): Promise<string> {
  const observer = new Observer(namespace, ports)
  const first = await observer.look(Number.POSITIVE_INFINITY)
  const seen = rolloutStatus(first)
  if (seen.state === 'current') return seen.revision
  const snapshot = await observer.withEventsOfNow(first)
  const status = rolloutStatus(snapshot)
  if (status.state === 'current') return status.revision
  const { problem, waitingFor, standstill } = status
  const evidence = await gatherEvidence(snapshot, problem?.container, ports)
  if (problem !== undefined) {
    const { code, sentence, hint } = problem
    throw new Failure(code, sentence, hintWithLog(code, hint, evidence), evidence)
  }
  const words = standstill?.words
  throw new Failure(
    standstill?.code ?? 'rollout-timeout',
    `${names.pod} is not Ready now: waiting for ${waitingFor}${words === undefined ? '' : `; ${words}`}`,
    standstill?.hint ?? `see the evidence, and follow it: \`kubectl -n ${namespace} get pod ${names.pod} --watch\``,
    evidence
  )
}
