import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parse } from 'yaml'
import { FileCommands } from './composite/file-commands.ts'
import { type Annotation, Log } from './composite/log.ts'

export interface NodeActionOptions {
  /** Path of the action.yml. */
  readonly action: string
  /** The program to run instead of its `main`. */
  readonly program: string
  readonly inputs: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
  readonly workspace?: string | undefined
  readonly onOutput?: ((text: string) => void) | undefined
  /** Aborting it cancels the step like the runner does first: by SIGINT. */
  readonly signal?: AbortSignal | undefined
}

export interface NodeActionResult {
  readonly exitCode: number | null
  /** All outputs that the program set, whether action.yml declares them or not. */
  readonly outputs: Readonly<Record<string, string>>
  readonly summary: string
  /** The displayed output. */
  readonly rendered: string
  readonly annotations: readonly Annotation[]
  readonly masks: readonly string[]
  /** Every byte of output: log, summary, outputs and files. */
  readonly captured: string
  /** Names of the files that it left in the temporary directory of the machine. */
  readonly leftovers: readonly string[]
}

interface Metadata {
  inputs: Record<string, { default?: string }>
}

/** Runs an action with `using: node24` like the runner; an undeclared input is an error. */
export async function runNodeAction(options: NodeActionOptions): Promise<NodeActionResult> {
  const { inputs: declared } = parse(await readFile(options.action, 'utf8')) as Metadata
  const unknown = Object.keys(options.inputs).find((name) => !Object.hasOwn(declared, name))
  if (unknown !== undefined) throw new Error(`Unexpected input '${unknown}'`)
  const root = await mkdtemp(join(tmpdir(), 'node-action-'))
  try {
    const [runnerTemp, machineTemp] = await Promise.all(['_temp', 'tmp'].map((name) => mkdtemp(join(root, name))))
    if (runnerTemp === undefined || machineTemp === undefined) throw new Error('no directories')
    const files = await FileCommands.create(join(root, 'commands'))
    const inputs = Object.entries(declared).map(([name, { default: otherwise = '' }]) => [
      `INPUT_${name.toUpperCase()}`,
      options.inputs[name] ?? otherwise
    ])
    const log = new Log(options.onOutput ?? (() => undefined))
    const exitCode = await run(options, log, {
      ...options.env,
      ...Object.fromEntries(inputs),
      TMPDIR: machineTemp,
      RUNNER_TEMP: runnerTemp,
      GITHUB_WORKSPACE: options.workspace ?? root,
      GITHUB_OUTPUT: files.paths.output,
      GITHUB_STEP_SUMMARY: files.paths.step_summary
    })
    const outputs = Object.fromEntries(await files.pairs('output'))
    const summary = String(await files.summary())
    const captured = [log.raw, summary, JSON.stringify(outputs), await readAll(runnerTemp)].join('\n')
    const { annotations, masks, rendered } = log
    return { exitCode, outputs, summary, rendered, annotations, masks, captured, leftovers: await readdir(machineTemp) }
  } finally {
    await rm(root, { recursive: true })
  }
}

async function run(
  { program, signal }: NodeActionOptions,
  log: Log,
  env: Readonly<Record<string, string>>
): Promise<number | null> {
  const child = spawn(process.execPath, [program], { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'exit')
  const interrupt = () => void child.kill('SIGINT')
  signal?.addEventListener('abort', interrupt, { once: true })
  const reading = [child.stdout, child.stderr].map(async (stream) => {
    for await (const line of createInterface({ input: stream })) log.line(line)
  })
  await Promise.all([exited, ...reading])
  signal?.removeEventListener('abort', interrupt)
  return child.exitCode
}

async function readAll(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const texts = entries
    .filter((entry) => entry.isFile())
    .map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8'))
  return (await Promise.all(texts)).join('\n')
}
