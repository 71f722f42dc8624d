import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Runner } from '../clients/runner/runner.ts'
import { sanitizeLine } from '../core/sanitize.ts'
import { claimOf } from '../phases/report/claim.ts'
import { outputsOf } from '../phases/report/outputs.ts'
import { summaryOf } from '../phases/report/summary.ts'
import type { Run } from '../phases/report/verdict.ts'

/** Publishes the result of a run: outputs, the job summary (also as a file in this directory), and a log line. */
export async function publish(run: Run, runner: Runner, directory: string): Promise<void> {
  const summary = summaryOf(run)
  const file = join(directory, 'summary.md')
  await writeFile(file, summary, { mode: 0o600 })
  for (const [name, value] of Object.entries(outputsOf(run))) runner.output(name, value)
  runner.output('report', file)
  await runner.summary(summary)
  const details = run.failure?.code ?? (run.verdict === 'passed' ? sanitizeLine(claimOf(run)) : run.plan?.sentence)
  runner.log(`verdict: ${run.verdict}${details === undefined ? '' : `, ${details}`}`)
}
