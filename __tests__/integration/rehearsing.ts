import { toFailure } from '../../src/clients/kubernetes/failure.ts'
import { missingRight } from '../../src/clients/kubernetes/forbidden.ts'
import { Deadline } from '../../src/core/deadline.ts'
import { messageOf } from '../../src/core/failure.ts'
import { type KubernetesObject, objectId } from '../../src/core/kubernetes/object.ts'
import type { ManifestDocument } from '../../src/core/manifest.ts'
import type { ObjectStates } from '../../src/phases/apply/deps.ts'
import { type Rehearsal, rehearse } from '../../src/phases/rollout/rehearsal/rehearse.ts'
import { expectNoSecret } from '../support/captured.ts'
import { accessTo, applying } from './applying.ts'
import { type Ended, ended, wordsOf } from './outcome.ts'
import { namespace } from './rendering.ts'
import type { Scene } from './rolling.ts'

export type RehearsalRun = Ended<Rehearsal> & {
  readonly log: string[]
  readonly notes: string[]
  /** How long it took by its clock. */
  readonly milliseconds: number
}

/** Plans documents, and rehearses them instead of writing them. */
export async function rehearsing(
  { api, access }: Pick<Scene, 'api' | 'access'>,
  documents: readonly ManifestDocument[],
  { timeout = 300_000, onLog = (_line: string) => {} } = {}
): Promise<RehearsalRun> {
  const { cluster, clock, cancel, secrets } = access
  using unstopped = await accessTo(api)
  const states: readonly ObjectStates[] = await plannedStates(access, documents)
  const [running] = await cluster.listPodsNamed(namespace, 'redis-0')
  const statefulSet = states.find(({ wanted }) => objectId(wanted) === 'StatefulSet/redis')?.after
  if (running === undefined || statefulSet === undefined) throw new Error('there is no redis-0 to replace')
  const [log, notes, own] = [[] as string[], [] as string[], [] as string[]]
  const deadline = new Deadline(clock, timeout)
  const planned: KubernetesObject[] = states.map(({ after }) => after)
  const outcome = await ended(
    rehearse({ namespace, statefulSet, planned, running }, deadline, {
      cluster,
      cleaning: unstopped.cluster,
      toFailure,
      grantFor: (error) => missingRight(messageOf(error))?.user,
      secret: (value) => void own.push(value),
      note: (sentence) => void notes.push(sentence),
      clock,
      date: () => new Date(),
      signal: cancel.signal,
      log(line) {
        log.push(line)
        onLog(line)
      }
    })
  )
  const said = [...log, ...notes, outcome.failure === undefined ? '' : wordsOf(outcome.failure)]
  expectNoSecret(said.join('\n'), [...secrets, ...own])
  return { ...outcome, log, notes, milliseconds: deadline.elapsed }
}

/** What the server would make of each document. */
async function plannedStates(
  access: Scene['access'],
  documents: readonly ManifestDocument[]
): Promise<readonly ObjectStates[]> {
  let planned: readonly ObjectStates[] = []
  class Planned extends Error {}
  await applying(access, documents, {}, undefined, async (states) => {
    planned = states
    throw new Planned()
  }).catch((error: unknown) => {
    if (!(error instanceof Planned)) throw error
  })
  return planned
}
