import { Failure } from '../core/failure.ts'
import type { ProgramResult } from '../core/result.ts'

/**
 * The failure of a cancelled run: its phase, its last log line, and what it leaves behind.
 * @param lastLine empty if nothing was logged
 */
export function cancelled(signal: NodeJS.Signals, result: ProgramResult, lastLine: string): Failure {
  const { running, phases: done } = result
  const where = running ? `during ${running}` : `after ${done.at(-1)?.name ?? 'the start'}`
  const said = lastLine === '' ? 'nothing was logged yet' : `its last log line: ${lastLine}`
  return new Failure('cancelled', `the run was cancelled (${signal}) ${where}; ${said}`, `run again${left(result)}`)
}

function left({ mode, running, objects = [] }: ProgramResult): string {
  if (mode === 'verify' || running === 'plan') return ''
  const written = objects.filter(({ change }) => change !== 'unchanged').map(({ id }) => id)
  if (written.length > 0) return `: what was applied stays (${written.join(', ')}), and a new run continues from there`
  // A request in progress may have been carried out.
  return running === 'apply' ? ': nothing was confirmed as applied yet' : ': nothing was applied'
}
