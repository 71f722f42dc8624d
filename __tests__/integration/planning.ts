import { readFile } from 'node:fs/promises'
import type { Plan, ProgramResult } from '../../src/core/result.ts'
import { type Deployment, deploy } from '../support/cluster/deploy.ts'
import type { TestNamespace } from '../support/cluster/namespace.ts'

/** A run of the action with what its deploy step left for the report. */
export interface Told extends Deployment {
  readonly result: ProgramResult
}

type Options = Parameters<typeof deploy>[2]

/** Runs the action, and reads the result of its deploy step. */
export async function told(
  namespace: TestNamespace,
  inputs: Record<string, string> = {},
  options: Options = {}
): Promise<Told> {
  let reading: Promise<string> | undefined
  const deployment = await deploy(namespace, inputs, {
    ...options,
    onStep(event) {
      options.onStep?.(event)
      // Read while it exists: the runner removes its directory at the end.
      if (event.state !== 'finished' || event.step.id !== 'deploy' || event.step.outputs['result'] === undefined) return
      reading = readFile(event.step.outputs['result'], 'utf8')
    }
  })
  if (reading === undefined) throw new Error(`the deploy step left no result:\n${deployment.rendered}`)
  const result: ProgramResult = JSON.parse(await reading)
  return { ...deployment, result }
}

export interface Planned extends Told {
  readonly plan: Plan
  /** What is said of each object, by its id. */
  readonly actions: Record<string, string>
}

/** A dry run that comes to a plan, whatever the plan says. */
export async function planned(
  namespace: TestNamespace,
  inputs: Record<string, string> = {},
  options: Options = {}
): Promise<Planned> {
  const run = await told(namespace, { 'dry-run': 'server', ...inputs }, options)
  const { plan } = run.result
  if (plan === undefined) throw new Error(`there is no plan:\n${run.rendered}`)
  return { ...run, plan, actions: Object.fromEntries(plan.objects.map(({ id, action }) => [id, action])) }
}

/** What is said of an object in a plan, beside the action. */
export function noteOn({ plan }: Planned, id: string): string | undefined {
  return plan.objects.find((object) => object.id === id)?.note
}
