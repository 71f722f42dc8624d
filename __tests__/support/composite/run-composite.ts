import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type CompositeAction, readAction, type Step } from './action.ts'
import { checkExpressions } from './check.ts'
import { resolveInputs, surroundings } from './contexts.ts'
import { type Contexts, evaluateCondition, interpolate, type Outcome, type StepContext } from './expressions.ts'
import { type Annotation, Log } from './log.ts'
import type { KnownNames } from './names.ts'
import { endLeftovers, type Grace, runnerGrace } from './script.ts'
import { type Conclusion, cancellable, statusOf, worse } from './status.ts'
import { type Handover, runStep, type StepResult } from './step.ts'

export type { Annotation, Grace, Outcome, StepResult }

export type StepEvent =
  | { readonly state: 'started'; readonly id: string; readonly name: string }
  | { readonly state: 'finished'; readonly step: StepResult }

export interface CompositeOptions {
  /** The folder of action.yml. */
  action: string
  inputs: Readonly<Record<string, string>>
  /** The environment of the job. GITHUB_REPOSITORY and the like are also available as github.repository. */
  env?: Readonly<Record<string, string>> | undefined
  /** GITHUB_WORKSPACE; by default an empty folder that is removed at the end. */
  workspace?: string | undefined
  /** The masked output, as it arrives. */
  onOutput?: ((text: string) => void) | undefined
  onStep?: ((event: StepEvent) => void) | undefined
  /** Aborting it cancels the job. */
  signal?: AbortSignal | undefined
  /** Shorter times between the signals to a cancelled step than the runner's 7.5 and 2.5 seconds. */
  grace?: Grace | undefined
}

export interface CompositeResult {
  readonly outputs: Record<string, string>
  readonly steps: StepResult[]
  /** The concatenated step summaries, unmasked, to be searched for secrets. */
  readonly summary: string
  /** The complete output of the steps in order, unmasked, including the workflow commands. */
  readonly output: string
  /** The same as displayed. */
  readonly rendered: string
  readonly annotations: Annotation[]
  readonly masks: string[]
  readonly conclusion: Conclusion
}

/**
 * Runs a composite action like the GitHub runner, and stricter where the runner hides a mistake: undeclared inputs and
 * unknown names in expressions are errors.
 */
export async function runComposite(options: CompositeOptions): Promise<CompositeResult> {
  const action = await readAction(resolve(options.action))
  const root = await mkdtemp(join(tmpdir(), 'composite-'))
  const handover: Handover = { env: new Map(), path: [], leftovers: [], summary: '' }
  try {
    return await run(action, root, handover, options)
  } finally {
    endLeftovers(handover.leftovers)
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function run(
  action: CompositeAction,
  root: string,
  handover: Handover,
  options: CompositeOptions
): Promise<CompositeResult> {
  const { env = {}, onOutput = () => undefined, onStep = () => undefined } = options
  const job = options.signal ?? new AbortController().signal
  const around = await surroundings(root, action, env, options.workspace)
  const known = (before: readonly Step[]): KnownNames => ({
    inputs: [...action.inputs.keys()],
    steps: before.map(({ id }) => id).filter((id) => !id.startsWith('__')),
    github: Object.keys(around.github),
    runner: Object.keys(around.runner)
  })
  checkExpressions(action, known)
  const fixed = { github: around.github, runner: around.runner, steps: {}, env: {} }
  const inputs = resolveInputs(action, options.inputs, (text) =>
    interpolate(text, { ...fixed, inputs: {} }, { ...known([]), inputs: [] })
  )
  const log = new Log(onOutput)
  const steps: Record<string, StepContext> = {}
  const results: StepResult[] = []
  let conclusion: Conclusion = 'success'

  for (const [index, step] of action.steps.entries()) {
    const names = known(action.steps.slice(0, index))
    const jobEnv = { ...env, ...Object.fromEntries(handover.env) }
    const before: Contexts = { ...fixed, inputs, steps, env: jobEnv }
    const contexts: Contexts = { ...before, env: { ...jobEnv, ...interpolateAll(step.env, before, names) } }
    const isWanted = (): boolean => evaluateCondition(step.condition, contexts, statusOf(conclusion, job), names)
    const name = nameOf(step, contexts, names)
    let result: StepResult = { id: step.id, name, outcome: 'skipped', exitCode: undefined, ...nothingDone }
    if (isWanted()) {
      if (step.uses !== undefined) throw new Error(`Step '${name}': this runner does not run uses: ${step.uses}`)
      onStep({ state: 'started', id: step.id, name })
      const { grace = runnerGrace } = options
      result = await cancellable(job, isWanted, (signal) =>
        runStep({ step, name, contexts, known: names, surroundings: around, handover, log, signal, grace })
      )
    }
    const tolerated = result.outcome === 'failure' && interpolate(step.continueOnError, contexts, names) === 'true'
    const { outcome, outputs } = result
    // Nothing can refer to a step without an id.
    if (!step.id.startsWith('__')) steps[step.id] = { outputs, outcome, conclusion: tolerated ? 'success' : outcome }
    conclusion = tolerated ? conclusion : worse(conclusion, outcome)
    results.push(result)
    onStep({ state: 'finished', step: result })
  }

  const outputs = interpolateAll(
    Object.fromEntries(action.outputs),
    { ...fixed, inputs, steps, env: { ...env, ...Object.fromEntries(handover.env) } },
    known(action.steps)
  )
  const { annotations, masks, raw, rendered } = log
  if (job.aborted) conclusion = 'cancelled'
  return { outputs, steps: results, summary: handover.summary, output: raw, rendered, annotations, masks, conclusion }
}

const nothingDone = { text: '', outputs: {}, milliseconds: 0 } as const

function interpolateAll(
  texts: Readonly<Record<string, string>>,
  contexts: Contexts,
  known: KnownNames
): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, interpolate(text, contexts, known)]))
}

function nameOf(step: Step, contexts: Contexts, known: KnownNames): string {
  if (step.name !== undefined) return interpolate(step.name, contexts, known)
  const [line = ''] = (step.run ?? step.uses ?? '').trim().split('\n')
  return `Run ${interpolate(line, contexts, known)}`
}
