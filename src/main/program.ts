import { mkdtemp, realpath, rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatDuration } from '../duration.ts'
import { Failure, type FailureReport, messageOf } from '../failure.ts'
import { Redaction } from '../redaction.ts'
import type { PhaseName, ProgramResult } from '../result.ts'
import { createRunner, type Runner } from '../runner/runner.ts'
import { harmless } from '../untrusted-text.ts'

/** What a program works with: its result as it grows, and the outside world. */
export interface Program {
  readonly result: ProgramResult
  readonly runner: Runner
  readonly redaction: Redaction
  /** Aborted when the run is cancelled; the reason is the failure. */
  readonly signal: AbortSignal
  /** A private directory; the runner empties its parent when the job ends. */
  readonly temporary: string
  log(line: string): void
  /** Runs one phase as one group of the log; it returns what it did, in one sentence. */
  phase(name: PhaseName, title: string, act: () => Promise<string>): Promise<void>
}

/** The grace that a cancelled run gets: the runner kills after 7.5 s, and users wait for it. */
const cancelMilliseconds = 1_500

/**
 * Runs the body of a program: the one place that catches, annotates and sets the exit code. The result is written to a
 * file after every step, so that the report also speaks when this process is killed.
 */
export async function runProgram(name: string, body: (program: Program) => Promise<void>): Promise<void> {
  const redaction = new Redaction((value) => runner.mask(value))
  const runner = createRunner((text) => redaction.redact(text), process.env)
  const temporary = await mkdtemp(join(await realpath(process.env['RUNNER_TEMP'] || tmpdir()), `redis-cache-${name}-`))
  const result: ProgramResult = { phases: [] }
  const file = join(temporary, 'result.json')
  const save = () => saveResult(file, result, redaction)
  await save()
  runner.output('result', file)

  const cancelling = new AbortController()
  let lastLine = ''
  const log = (line: string) => {
    lastLine = line
    runner.log(line)
  }
  const fail = async (error: unknown) => {
    result.failure = reportOf(error)
    await save()
    announce(result.failure, runner)
    process.exitCode = 1
  }
  const cancel = (signal: NodeJS.Signals) => {
    cancelling.abort(cancelled(signal, result, lastLine))
    const forced = () => void fail(cancelling.signal.reason).finally(() => process.exit())
    setTimeout(forced, cancelMilliseconds).unref()
  }
  process.once('SIGINT', cancel).once('SIGTERM', cancel)

  try {
    const phase = phases(result, runner, save)
    await body({ result, runner, redaction, signal: cancelling.signal, temporary, log, phase })
    await save()
  } catch (error) {
    await fail(cancelling.signal.aborted ? cancelling.signal.reason : error)
  } finally {
    process.off('SIGINT', cancel).off('SIGTERM', cancel)
  }
}

function phases(result: ProgramResult, runner: Runner, save: () => Promise<void>): Program['phase'] {
  return async (name, title, act) => {
    const start = performance.now()
    const done = (outcome: 'passed' | 'failed', sentence: string) => {
      result.phases.push({ name, outcome, milliseconds: Math.round(performance.now() - start), sentence })
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
      done('failed', '')
      throw error
    }
  }
}

function cancelled(signal: NodeJS.Signals, { running, phases: done }: ProgramResult, lastLine: string): Failure {
  const where = running ? `during ${running}` : `after ${done.at(-1)?.name ?? 'the start'}`
  return new Failure(
    'cancelled',
    `the run was cancelled (${signal}) ${where}; the last it said was: ${lastLine || 'nothing'}`,
    'run again: what was applied stays, and a new run continues from there'
  )
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
    for (const line of harmless(text).trimEnd().split('\n')) runner.log(`  ${line}`)
    runner.endGroup()
  }
  runner.annotate(`Redis cache: ${code}`, `${harmless(sentence)}\nNext: ${hint}`)
}

/** The fields of a result that may carry text from the cluster; names, codes and paths are ours. */
const spokenFields = ['sentence', 'hint', 'title', 'text', 'detail', 'note']

async function saveResult(file: string, result: ProgramResult, redaction: Redaction): Promise<void> {
  const redacted = (name: string, value: unknown): unknown =>
    typeof value === 'string' && spokenFields.includes(name) ? redaction.redact(value) : value
  await writeFile(`${file}.new`, JSON.stringify(result, redacted), { mode: 0o600 })
  await rename(`${file}.new`, file)
}
