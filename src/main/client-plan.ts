import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../failure.ts'
import { objectId } from '../kubernetes-object.ts'
import { type ManifestDocument, parseManifest } from '../manifest.ts'
import { planOfRendered } from '../plan/rendered.ts'
import { checkObject } from '../schema/check.ts'
import type { Schema } from '../schema/schema.ts'
import { harmlessLine } from '../untrusted-text.ts'
import { publishPlan } from './plan-file.ts'
import type { Program } from './program.ts'

/** Folder of the repository with the schema; both this file and dist/deploy/index.js stand two folders below it. */
const repository = join(import.meta.dirname, '..', '..')
/** In one sentence; the plan has those of each object. */
const maximumProblems = 40

/**
 * Says what the manifests change and checks them, without a cluster: no kubeconfig is read, and nothing is sent.
 * @param base path of what another branch renders; an empty text if there is nothing to compare with
 */
export async function clientPlanPhase(
  documents: readonly ManifestDocument[],
  base: string,
  program: Program
): Promise<void> {
  await program.phase('plan', 'without a cluster', async () => {
    const schema: Schema = JSON.parse(await readFile(join(repository, 'schema', 'kubernetes.json'), 'utf8'))
    const rendered = documents.map(({ object }) => ({ object, ...checkObject(object, schema) }))
    const before = base === '' ? undefined : parseManifest(await readFile(base, 'utf8')).map(({ object }) => object)
    const plan = planOfRendered(rendered, before)
    await publishPlan(plan, program)
    const problems = rendered.flatMap((each) => each.problems.map((problem) => `${objectId(each.object)}: ${problem}`))
    if (problems.length > 0) throw invalid(problems)
    return plan.sentence
  })
}

function invalid(problems: readonly string[]): Failure {
  const more = problems.length - maximumProblems
  const sentence = problems.slice(0, maximumProblems).join('. ') + (more > 0 ? `. And ${more} more` : '')
  return new Failure('invalid-manifest', harmlessLine(sentence, 8000), 'correct the fields that are named')
}
