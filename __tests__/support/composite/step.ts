import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Step } from './action.ts'
import type { Surroundings } from './contexts.ts'
import { type Contexts, interpolate, type Outcome } from './expressions.ts'
import { FileCommands } from './file-commands.ts'
import type { Log } from './log.ts'
import type { KnownNames } from './names.ts'
import { type Grace, runScript } from './script.ts'

export interface StepResult {
  /** The id in the file; `__N` for the Nth step if it has none. */
  readonly id: string
  readonly name: string
  readonly outcome: Outcome
  /** undefined for a step that did not run. 128 and more after a signal. */
  readonly exitCode: number | undefined
  /** The output of the step to stdout and stderr, unmasked, in the order of arrival. */
  readonly text: string
  readonly outputs: Readonly<Record<string, string>>
  readonly milliseconds: number
}

/** The state that steps pass to later steps. */
export interface Handover {
  readonly env: Map<string, string>
  readonly path: string[]
  readonly leftovers: number[]
  summary: string
}

export interface StepRun {
  readonly step: Step
  readonly name: string
  readonly contexts: Contexts
  readonly known: KnownNames
  readonly surroundings: Surroundings
  readonly handover: Handover
  readonly log: Log
  readonly signal: AbortSignal
  readonly grace: Grace
}

/** Runs a `run` step whose condition is met. */
export async function runStep(run: StepRun): Promise<StepResult> {
  const { step, contexts, known, surroundings, log, handover } = run
  const started = performance.now()
  const files = await FileCommands.create(join(surroundings.temp, '_runner_file_commands', step.id))
  const path = join(surroundings.temp, `${step.id}.sh`)
  await writeFile(path, interpolate(step.run ?? '', contexts, known))
  let text = ''
  const exitCode = await runScript({
    path,
    cwd: join(surroundings.workspace, interpolate(step.workingDirectory, contexts, known)),
    env: environment(run, files),
    onLine(line) {
      text += `${line}\n`
      log.line(line)
    },
    signal: run.signal,
    grace: run.grace,
    onLeftover: (group) => handover.leftovers.push(group)
  })
  // Even after a failure or a cancellation: what a step wrote until then counts.
  const { outputs, problems } = await processFiles(files, handover)
  const refused = log.endStep()
  if (refused !== undefined) problems.push(refused)
  if (run.signal.aborted) problems.push('The operation was canceled.')
  else if (exitCode !== 0) problems.unshift(`Process completed with exit code ${exitCode}.`)
  for (const problem of problems) log.error(problem)
  const outcome = run.signal.aborted ? 'cancelled' : problems.length > 0 ? 'failure' : 'success'
  const milliseconds = Math.round(performance.now() - started)
  return { id: step.id, name: run.name, outcome, exitCode, text, outputs, milliseconds }
}

function environment({ contexts, surroundings, handover }: StepRun, files: FileCommands): Record<string, string> {
  const merged = { ...surroundings.base, ...contexts.env }
  const { PATH } = merged
  return {
    ...merged,
    ...surroundings.variables,
    PATH: [...handover.path, ...(PATH === undefined ? [] : [PATH])].join(':'),
    GITHUB_OUTPUT: files.paths.output,
    GITHUB_ENV: files.paths.env,
    GITHUB_PATH: files.paths.path,
    GITHUB_STATE: files.paths.state,
    GITHUB_STEP_SUMMARY: files.paths.step_summary
  }
}

async function processFiles(
  files: FileCommands,
  handover: Handover
): Promise<{ outputs: Record<string, string>; problems: string[] }> {
  const problems: string[] = []
  const pairs = async (name: 'output' | 'env' | 'state'): Promise<Map<string, string>> => {
    return files.pairs(name).catch((error: unknown) => {
      problems.push(`Unable to process file command '${name}' successfully.`)
      problems.push(error instanceof Error ? error.message : String(error))
      return new Map<string, string>()
    })
  }
  const outputs = Object.fromEntries(await pairs('output'))
  for (const [name, value] of await pairs('env')) {
    if (name.toUpperCase() === 'NODE_OPTIONS')
      problems.push(`Can't store ${name} output parameter using '$GITHUB_ENV'.`)
    else handover.env.set(name, value)
  }
  await pairs('state')
  for (const entry of await files.pathEntries()) {
    // The entry added last is found first, and an entry that is added again moves to the front.
    const present = handover.path.indexOf(entry)
    if (present >= 0) handover.path.splice(present, 1)
    handover.path.unshift(entry)
  }
  const summary = await files.summary()
  if (typeof summary === 'string') handover.summary += summary
  else problems.push(summary.message)
  return { outputs, problems }
}
