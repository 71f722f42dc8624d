import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plan } from '../result.ts'
import { harmlessLine } from '../untrusted-text.ts'
import type { Program } from './program.ts'

/** Keeps a plan for the report, logs a line for each object, and writes all diffs into one file, the output `diff`. */
export async function publishPlan(plan: Plan, { result, runner, redaction, temporary, log }: Program): Promise<void> {
  result.plan = plan
  for (const { id, action, note } of plan.objects) {
    log(harmlessLine(`${id}: ${action}${note === undefined ? '' : ` (${note})`}`))
  }
  const file = join(temporary, 'plan.diff')
  const diffs = plan.objects
    .filter(({ diff }) => diff !== '')
    .map(({ id, diff }) => `# ${harmlessLine(id)}\n${diff.trimEnd()}\n`)
  await writeFile(file, redaction.redact(diffs.join('\n')), { mode: 0o600 })
  runner.output('diff', file)
}
