import { mkdtemp, readFile, realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRunner } from '../clients/runner/runner.ts'
import { Redactor } from '../core/redact/redactor.ts'
import type { ProgramResult } from '../core/result.ts'
import type { CommentMode } from '../phases/comment/deps.ts'
import { runOf, type StepOutcome } from '../phases/report/verdict.ts'
import { commentOn } from './comment-phase.ts'
import { inputsFrom } from './inputs/reader.ts'
import { readCommentMode } from './inputs/render.ts'
import { publish } from './publish-report.ts'

// Reports what happened; holds the GitHub token. The results were redacted by the programs that knew the secrets.
const source = inputsFrom(process.env)
const redactor = new Redactor((value) => runner.mask(value))
const runner = createRunner((text) => redactor.redact(text), process.env)
redactor.add(source('github-token'))

const steps = await Promise.all(
  ['render', 'deploy'].map(async (name) => ({
    name,
    outcome: source(`${name}-outcome`) as StepOutcome,
    result: await readResult(source(`${name}-result`))
  }))
)
const run = runOf(steps)
if (run.unannounced && run.failure !== undefined) {
  runner.annotate(`Redis cache: ${run.failure.code}`, `${run.failure.sentence}\nNext: ${run.failure.hint}`)
}
const directory = await mkdtemp(join(await realpath(process.env['RUNNER_TEMP'] || tmpdir()), 'redis-cache-report-'))
await publish(run, runner, directory)
await commentOn(run, commentMode(), source('github-token') || undefined, runner)

/** An invalid mode was refused by the first step, and then the failure is worth a comment. */
function commentMode(): CommentMode {
  try {
    return readCommentMode(source)
  } catch {
    return 'auto'
  }
}

async function readResult(path: string): Promise<ProgramResult | undefined> {
  if (path === '') return undefined
  try {
    return JSON.parse(await readFile(path, 'utf8')) as ProgramResult
  } catch {
    // Written atomically, so a missing file means that the step did not get that far.
    return undefined
  }
}
