import { mkdtemp, readFile, realpath, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inputsFrom } from '../inputs.ts'
import { outputsOf } from '../report/outputs.ts'
import { summaryOf } from '../report/summary.ts'
import { type Outcome, runOf } from '../report/verdict.ts'
import type { ProgramResult } from '../result.ts'
import { createRunner } from '../runner/runner.ts'

// Tells what happened; holds no credentials. The results were redacted by the programs that knew the secrets.
const source = inputsFrom(process.env)
const runner = createRunner((text) => text, process.env)

const steps = await Promise.all(
  ['render', 'deploy'].map(async (name) => ({
    name,
    outcome: source(`${name}-outcome`) as Outcome,
    result: await readResult(source(`${name}-result`))
  }))
)
const run = runOf(steps)
if (run.unannounced && run.failure !== undefined) {
  runner.annotate(`Redis cache: ${run.failure.code}`, `${run.failure.sentence}\nNext: ${run.failure.hint}`)
}
const summary = summaryOf(run)
const directory = await mkdtemp(join(await realpath(process.env['RUNNER_TEMP'] || tmpdir()), 'redis-cache-report-'))
const file = join(directory, 'summary.md')
await writeFile(file, summary, { mode: 0o600 })
for (const [name, value] of Object.entries(outputsOf(run))) runner.output(name, value)
runner.output('report', file)
await runner.summary(summary)
runner.log(`verdict: ${run.verdict}${run.failure === undefined ? '' : `, ${run.failure.code}`}`)

async function readResult(path: string): Promise<ProgramResult | undefined> {
  if (path === '') return undefined
  try {
    return JSON.parse(await readFile(path, 'utf8')) as ProgramResult
  } catch {
    // Written whole or not at all, so a missing file means that the step did not get that far.
    return undefined
  }
}
