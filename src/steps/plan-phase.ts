import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toPlannerFailure } from '../clients/kubernetes/failure.ts'
import { credentialsObject } from '../core/credentials.ts'
import { foreignMetadataNote } from '../core/drift/foreign-metadata.ts'
import { combinedFailure, Failure, isGeneral } from '../core/failure.ts'
import { objectId } from '../core/kubernetes/object.ts'
import { type ManifestDocument, parseManifest } from '../core/manifest.ts'
import type { RenderedCache } from '../core/rendered-cache/rendered-cache.ts'
import type { Danger, Plan } from '../core/result.ts'
import { sanitizeLine } from '../core/sanitize.ts'
import { checkObject } from '../core/schema/check.ts'
import type { Schema } from '../core/schema/schema.ts'
import { changedKeys } from '../core/secret-readers.ts'
import type { RefusedObject } from '../phases/apply/apply-object.ts'
import type { ObjectStates } from '../phases/apply/deps.ts'
import { type Outlook, outlookOf, statesOf } from '../phases/apply/outlook.ts'
import { type Trial, tryAll } from '../phases/apply/trial.ts'
import { dataAtRiskFailure } from '../phases/guard/guard.ts'
import { type PlannedRefusal, planOf, triedOf } from '../phases/plan/plan.ts'
import { planOfRendered } from '../phases/plan/rendered.ts'
import { remoteSecret } from '../phases/secret/sync/status.ts'
import { secretValuesOf } from '../phases/secret/validate/fields.ts'
import { invalidSecretFailure, secretChecks, secretProblems } from '../phases/secret/validate/validate-secret.ts'
import { applyDeps, isUnknownKind } from './apply-phase.ts'
import type { ClusterSession } from './cluster-session.ts'
import { checkedInto, noteInto, reportLeftovers } from './findings.ts'
import { guardData } from './guard-phase.ts'
import type { DeployInputs } from './inputs/deploy.ts'
import { reportRotation } from './secret-rotation.ts'
import type { StepContext } from './step.ts'
import { uncheckedBecause, uncheckedNotes } from './unchecked-objects.ts'

/** What a deployment begins with: what the server would make of every object, accepted as a whole. */
export interface Planned {
  trial: Trial
  /** Every object as it is and as it would be. */
  states: ObjectStates[]
}

/**
 * Determines from the cluster what a deployment would do, and writes nothing there. A plan is published in both modes; a
 * dry run, which ends with it, looks at more.
 * @throws Failure of everything that would be refused
 */
export async function planPhase(
  cache: RenderedCache,
  inputs: DeployInputs,
  session: ClusterSession,
  step: StepContext
): Promise<Planned> {
  const { documents } = cache
  const { namespace, cluster } = session
  const { result, log, phase } = step
  const isDryRun = inputs.dryRun !== 'none'
  let planned: Planned | undefined
  await phase('plan', `of namespace ${namespace} at ${cluster.server}`, async () => {
    if (isDryRun) result.mode = 'plan'
    else result.objects = []
    const trial = await tryAll(cache, inputs, applyDeps(session, step))
    const general = trial.refused.find(({ failure }) => isGeneral(failure))
    // It concerns no single object, so there is no plan.
    if (general !== undefined) throw general.failure
    const outlook = outlookOf(trial, inputs, isUnknownKind)
    planned = { trial, states: statesOf(outlook) }
    const tried = outlook.accepted.map(triedOf)
    const refused = refusedIn(outlook, namespace, isDryRun)
    const plan = planOf(tried, refused)
    const all = [...planned.states, ...outlook.refused.map(asRendered)]
    if (isDryRun) plan.dangers.push(...(await dataDangers(all, inputs, session, step)))
    await publishPlan(plan, step)
    for (const { wanted, after } of tried) {
      const foreign = foreignMetadataNote(wanted, after)
      if (foreign !== undefined) noteInto(result, log)(foreign)
    }
    const secret = tried.find(({ wanted }) => objectId(wanted) === objectId(credentialsObject))
    if (secret !== undefined) await reportRotation(changedKeys(secret.before, secret.after), session, step)
    if (isDryRun) uncheckedNotes(refused, { ...inputs, documents }).forEach(noteInto(result, log))
    const failures: unknown[] = refused.filter(({ unknown }) => unknown === undefined).map(({ failure }) => failure)
    if (isDryRun && cache.topology === 'managed') {
      const broken = await checkPresentSecret(cache, session, step)
      if (broken !== undefined) failures.push(broken)
    }
    // Whoever corrects one refusal is to know the other one, too.
    if (failures.length > 0 && !isDryRun) failures.push(...(await dataRefusals(all, inputs, session, step)))
    if (failures.length > 0) throw combinedFailure(failures)
    return plan.sentence
  })
  if (isDryRun) await reportLeftovers(documents, session, step, true)
  if (planned === undefined) throw new Error('the phase plan ended without a plan')
  return planned
}

/** Everything that the server did not accept. A planner may lack rights that the deployer has. */
function refusedIn({ refused, premature }: Outlook, namespace: string, isDryRun: boolean): PlannedRefusal[] {
  const unchecked = ({ object, failure }: RefusedObject) =>
    isDryRun ? uncheckedBecause(object, failure, namespace) : undefined
  return [
    ...refused.map((each) => ({ ...each, unknown: unchecked(each) })),
    ...premature.map((each) => ({ ...each, unknown: unchecked(each) ?? afterFoundations }))
  ]
}

const afterFoundations = 'cannot be checked before a deployment has written what it depends on'

/** What the guard would refuse as well; nothing where it cannot look. */
async function dataRefusals(
  states: readonly ObjectStates[],
  { acceptDataLoss }: DeployInputs,
  session: ClusterSession,
  step: StepContext
): Promise<Failure[]> {
  const { losses = [] } = (await guardData(states, acceptDataLoss, session, step).catch(() => undefined)) ?? {}
  return losses.length === 0 ? [] : [dataAtRiskFailure(losses)]
}

function asRendered({ object, before }: RefusedObject): ObjectStates {
  return { wanted: object, before, after: object }
}

/**
 * What a deployment would be refused for because data would be lost: of the claims of the deployed Redis, and of Redis
 * itself where the identity may ask it. What it may not ask, only a deployment can tell.
 */
async function dataDangers(
  states: readonly ObjectStates[],
  { acceptDataLoss }: DeployInputs,
  session: ClusterSession,
  step: StepContext
): Promise<Danger[]> {
  const { losses = [] } = (await guardData(states, acceptDataLoss, session, step)) ?? {}
  return losses.map(({ danger, sentence }) => ({
    rule: danger === 'claim' ? 'claim-at-risk' : 'data-at-risk',
    sentence
  }))
}

/** The problems of the current Secret of a managed cache; a plan forces no sync. */
async function checkPresentSecret(
  { externalSecret }: RenderedCache,
  { namespace, cluster }: ClusterSession,
  { result, redactor, log }: StepContext
): Promise<Failure | undefined> {
  const note = noteInto(result, log)
  try {
    const secret = await cluster.read(credentialsObject, namespace)
    if (secret === undefined) {
      note(`${objectId(credentialsObject)} does not exist yet: its fields can only be checked after the first sync.`)
      return undefined
    }
    for (const mask of secretValuesOf(secret)) redactor.add(mask)
    secretChecks(secret).forEach(checkedInto(result))
    const problems = secretProblems(secret)
    const external = externalSecret?.object
    return problems.length === 0
      ? undefined
      : invalidSecretFailure(problems, namespace, external && remoteSecret(external))
  } catch (error) {
    const failure = toPlannerFailure(error, { verb: 'read', object: objectId(credentialsObject), namespace })
    if (failure.code !== 'forbidden') throw failure
    note(`The fields of ${objectId(credentialsObject)} were not checked: ${failure.hint}`)
    return undefined
  }
}

/** The root of the repository, which has the schema; both this file and dist/deploy/index.js are two folders below. */
const repository = join(import.meta.dirname, '..', '..')
/** In one sentence; the plan contains those of each object. */
const maximumProblems = 40

/**
 * Determines what the manifests change and checks them, without a cluster: no kubeconfig is read, and nothing is sent.
 * @param base path of the render of another branch; empty if there is nothing to compare with
 */
export async function clientPlanPhase(
  documents: readonly ManifestDocument[],
  base: string,
  step: StepContext
): Promise<void> {
  await step.phase('plan', 'without a cluster', async () => {
    step.result.mode = 'plan'
    const schema: Schema = JSON.parse(await readFile(join(repository, 'schema', 'kubernetes.json'), 'utf8'))
    const rendered = documents.map(({ object }) => ({ object, ...checkObject(object, schema) }))
    const before = base === '' ? undefined : parseManifest(await readFile(base, 'utf8')).map(({ object }) => object)
    const plan = planOfRendered(rendered, before)
    await publishPlan(plan, step)
    const problems = rendered.flatMap((each) => each.problems.map((problem) => `${objectId(each.object)}: ${problem}`))
    if (problems.length > 0) throw invalidManifestsFailure(problems)
    return plan.sentence
  })
}

function invalidManifestsFailure(problems: readonly string[]): Failure {
  const more = problems.length - maximumProblems
  const sentence = problems.slice(0, maximumProblems).join('. ') + (more > 0 ? `. And ${more} more` : '')
  return new Failure('invalid-manifest', sanitizeLine(sentence, 8000), 'correct the named fields')
}

/**
 * Keeps a plan for the report, logs a line for each object that is not as wanted, and writes all diffs into one file,
 * the output `diff`.
 */
async function publishPlan(plan: Plan, { result, runner, redactor, temporary, log }: StepContext): Promise<void> {
  result.plan = plan
  for (const { id, action, note } of plan.objects) {
    log(sanitizeLine(`${id}: ${action}${note === undefined ? '' : ` (${note})`}`))
  }
  const file = join(temporary, 'plan.diff')
  const diffs = plan.objects
    .filter(({ diff }) => diff !== '')
    .map(({ id, diff }) => `# ${sanitizeLine(id)}\n${diff.trimEnd()}\n`)
  await writeFile(file, redactor.redact(diffs.join('\n')), { mode: 0o600 })
  runner.output('diff', file)
}
