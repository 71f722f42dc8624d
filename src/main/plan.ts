import { apply } from '../apply/apply.ts'
import { combined, isGeneral } from '../apply/failures.ts'
import type { ApplyInputs, ApplyPorts } from '../apply/ports.ts'
import { Failure } from '../failure.ts'
import { toPlannerFailure } from '../kubernetes/failure.ts'
import { UnknownKind } from '../kubernetes/object-paths.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { planOf, type Refused, type Tried } from '../plan/plan.ts'
import { claimRiskSentence } from '../redis-claims.ts'
import { cacheOfObjects, type RenderedCache } from '../rendered-cache/rendered-cache.ts'
import type { Danger } from '../result.ts'
import { noteInto } from './findings.ts'
import { deployedClaims } from './guard.ts'
import { tellLeftovers } from './leftovers.ts'
import { publishPlan } from './plan-file.ts'
import { presentContract } from './present-contract.ts'
import type { Program } from './program.ts'
import type { Target } from './target.ts'
import { uncheckedBecause, uncheckedNotes } from './unchecked.ts'

type Inputs = Omit<ApplyInputs, 'dryRun'>

/** Asks the cluster what a deployment would do, and writes nothing there. */
export async function planPhase(cache: RenderedCache, inputs: Inputs, target: Target, program: Program): Promise<void> {
  const { documents } = cache
  const { namespace, cluster } = target
  const { result, log, phase } = program
  await phase('plan', `of namespace ${namespace} at ${cluster.server}`, async () => {
    const { tried, refused } = await tryAll(documents, inputs, target, program)
    const plan = planOf(tried, refused)
    plan.dangers.push(...(await claimDangers([...tried, ...refused], target, program)))
    await publishPlan(plan, program)
    uncheckedNotes(refused, { ...inputs, documents }).forEach(noteInto(result, log))
    const failures: unknown[] = refused.filter(({ unknown }) => unknown === undefined).map(({ failure }) => failure)
    if (cache.topology === 'managed') {
      const broken = await presentContract(cache, target, program)
      if (broken !== undefined) failures.push(broken)
    }
    if (failures.length > 0) throw combined(failures)
    return plan.sentence
  })
  await tellLeftovers(documents, target, program, true)
}

/** What is wrong with the claims of the deployed Redis: not what is planned, but a deployment would be refused for it. */
async function claimDangers(
  known: readonly { before: KubernetesObject | undefined }[],
  target: Target,
  program: Program
): Promise<Danger[]> {
  const { redis } = cacheOfObjects(known.flatMap(({ before }) => before ?? []))
  if (redis === undefined) return []
  const claims = await deployedClaims(redis.statefulSet.object, target, program)
  const sentences = claims.flatMap(({ object }) => (object && claimRiskSentence(object)) ?? [])
  return sentences.map((sentence) => ({ rule: 'claim-at-risk', sentence }))
}

/** Sends everything as a dry run. @throws what concerns no single object, so that there is no plan */
async function tryAll(
  documents: RenderedCache['documents'],
  inputs: Inputs,
  { namespace, cluster }: Target,
  { redaction, log }: Program
): Promise<{ tried: Tried[]; refused: Refused[] }> {
  const tried: Tried[] = []
  const refused: Refused[] = []
  let general: Failure | undefined
  const ports: ApplyPorts = {
    cluster,
    toFailure: toPlannerFailure,
    log,
    secret: (value) => redaction.add(value),
    isUnknownKind: (error) => error instanceof UnknownKind,
    accepted: async () => {},
    applied: ({ change, note }, states) => void tried.push({ ...states, change, note }),
    refused(object, failure, before) {
      if (isGeneral(failure)) general ??= failure
      else refused.push({ object, before, failure, unknown: uncheckedBecause(object, failure, namespace) })
    }
  }
  try {
    await apply(documents, { ...inputs, dryRun: true }, ports)
  } catch (error) {
    if (general !== undefined) throw general
    // What concerns one object has been told of it.
    if (!(error instanceof Failure) || refused.length === 0) throw error
  }
  return { tried, refused }
}
