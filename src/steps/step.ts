import { mkdtemp, realpath, rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRunner, type Runner } from '../clients/runner/runner.ts'
import { Failure, type FailureReport, messageOf } from '../core/failure.ts'
import { Redactor } from '../core/redact/redactor.ts'
import type { PhaseName, PhaseResult, ProgramResult } from '../core/result.ts'
import { sanitize } from '../core/sanitize.ts'
import { formatDuration } from '../core/units.ts'
import { cancelled } from './cancelled.ts'

/** What a program works with: its growing result, and the outside world. */
export interface StepContext {
  readonly result: ProgramResult
  readonly runner: Runner
  readonly redactor: Redactor
  /** Aborted when the run is cancelled; the reason is the failure. */
  readonly signal: AbortSignal
  /** A private directory; the runner empties its parent at the end of the job. */
  readonly temporary: string
  log(line: string): void
  /** Runs one phase as one log group; it returns what it did, in one sentence. */
  phase(name: PhaseName, title: string, act: () => Promise<string>): Promise<void>
}

/** The grace period of a cancelled run: the runner kills after 7.5 s, and users wait for it. */
const cancelMilliseconds = 1_500

/**
 * Runs the body of a program: the one place that catches, annotates and sets the exit code. The result is written to a
 * file after every step, so that there is a report even if this process is killed.
 * @param conclude publishes the outcome, in a program without a report step; its result contains no secrets
 */
export async function runStep(
  name: string,
  body: (step: StepContext) => Promise<void>,
  conclude: (result: ProgramResult, runner: Runner, temporary: string) => Promise<void> = async () => {}
): Promise<void> {
  const redactor = new Redactor((value) => runner.mask(value))
  const runner = createRunner((text) => redactor.redact(text), process.env)
  const temporary = await mkdtemp(join(await realpath(process.env['RUNNER_TEMP'] || tmpdir()), `redis-cache-${name}-`))
  const result: ProgramResult = { phases: [] }
  const file = join(temporary, 'result.json')
  const save = () => saveResult(file, result, redactor)
  await save()
  runner.output('result', file)

  const cancelling = new AbortController()
  let lastLine = ''
  const log = (line: string) => {
    lastLine = line
    runner.log(line)
  }
  const finish = async (failure: FailureReport | undefined) => {
    if (failure !== undefined) {
      result.failure = failure
      process.exitCode = 1
    }
    const saved = await save()
    if (failure !== undefined) announce(failure, runner)
    await conclude(saved, runner, temporary)
  }
  // Once: the forced end of a cancelled run may coincide with a regular one.
  let finished: Promise<void> | undefined
  const end = (failure?: FailureReport) => {
    finished ??= finish(failure)
    return finished
  }
  const cancel = (signal: NodeJS.Signals) => {
    cancelling.abort(cancelled(signal, result, lastLine))
    const forced = () => void end(reportOf(cancelling.signal.reason)).finally(() => process.exit())
    setTimeout(forced, cancelMilliseconds).unref()
  }
  process.once('SIGINT', cancel).once('SIGTERM', cancel)

  try {
    const phase = phases(result, runner, cancelling.signal, save)
    await body({ result, runner, redactor, signal: cancelling.signal, temporary, log, phase })
    await end()
  } catch (error) {
    await end(reportOf(cancelling.signal.aborted ? cancelling.signal.reason : error))
  } finally {
    process.off('SIGINT', cancel).off('SIGTERM', cancel)
  }
}

function phases(
  result: ProgramResult,
  runner: Runner,
  signal: AbortSignal,
  save: () => Promise<unknown>
): StepContext['phase'] {
  return async (name, title, act) => {
    const start = performance.now()
    const done = (outcome: PhaseResult['outcome'], sentence: string, error?: unknown) => {
      const milliseconds = Math.round(performance.now() - start)
      const code = error instanceof Failure && !signal.aborted ? { code: error.code } : {}
      result.phases.push({ name, outcome, milliseconds, sentence, ...code })
      delete result.running
      runner.endGroup()
    }
    result.running = name
    runner.group(`${name}: ${title}`)
    await save()
    try {
      const sentence = await act()
      done('passed', sentence)
      runner.log(`${name}: ${sentence} (${formatDuration(performance.now() - start)})`)
    } catch (error) {
      done('failed', '', error)
      throw error
    }
  }
}

function reportOf(error: unknown): FailureReport {
  const failure =
    error instanceof Failure
      ? error
      : new Failure(
          'internal',
          `unexpected error: ${messageOf(error)}`,
          'this is an error of redis-cache-action; please report it with the log of this run',
          [{ title: 'Stack', text: error instanceof Error ? (error.stack ?? '') : '' }]
        )
  const { code, message, hint, evidence } = failure
  return { code, sentence: message, hint, evidence }
}

/** The last lines of the log: the evidence folded, then the sentence and the hint. */
function announce({ code, sentence, hint, evidence }: FailureReport, runner: Runner): void {
  for (const { title, text } of evidence) {
    runner.group(title)
    for (const line of sanitize(text).trimEnd().split('\n')) runner.log(`  ${line}`)
    runner.endGroup()
  }
  runner.annotate(`Redis cache: ${code}`, `${sanitize(sentence)}\nNext: ${hint}`)
}

/** The fields of a result that may contain text from the cluster; names, codes and paths are our own. */
const spokenFields = ['sentence', 'hint', 'title', 'text', 'detail', 'note', 'diff']

/** @returns the result as written to the file, without secrets */
async function saveResult(file: string, result: ProgramResult, redactor: Redactor): Promise<ProgramResult> {
  const redacted = (name: string, value: unknown): unknown => {
    if (name === 'notes' && Array.isArray(value)) return value.map((note) => redactor.redact(String(note)))
    return typeof value === 'string' && spokenFields.includes(name) ? redactor.redact(value) : value
  }
  const text = JSON.stringify(result, redacted)
  await writeFile(`${file}.new`, text, { mode: 0o600 })
  await rename(`${file}.new`, file)
  const saved: ProgramResult = JSON.parse(text)
  return saved
}
