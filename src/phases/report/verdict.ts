import type { FailureReport } from '../../core/failure.ts'
import type { ProgramResult } from '../../core/result.ts'

/** The outcome of a composite step as reported by the runner. */
export type StepOutcome = 'success' | 'failure' | 'cancelled' | 'skipped' | ''

/** What a step left behind: its result, undefined if it wrote none, and its outcome according to the runner. */
export interface StepReport {
  name: string
  outcome: StepOutcome
  result: ProgramResult | undefined
}

/** The whole run as one result. */
export interface Run extends ProgramResult {
  verdict: 'passed' | 'failed' | 'planned'
  /** This step failed without reporting it: the process was killed. */
  unannounced: boolean
}

/** Combines the results of the steps; a step that failed without a reported failure gets one. */
export function runOf(steps: readonly StepReport[]): Run {
  const results = steps.map(({ result }) => result).filter((result) => result !== undefined)
  const notes = results.flatMap((result) => result.notes ?? [])
  const merged: ProgramResult = Object.assign({}, ...results, {
    phases: results.flatMap(({ phases }) => phases),
    ...(notes.length > 0 && { notes })
  })
  const spoken = steps.find(({ result }) => result?.failure !== undefined)?.result?.failure
  const silent = spoken === undefined ? steps.find(({ outcome }) => outcome !== 'success') : undefined
  const failure = spoken ?? (silent && silence(silent))
  return {
    ...merged,
    verdict: failure !== undefined ? 'failed' : merged.mode === 'plan' ? 'planned' : 'passed',
    unannounced: silent !== undefined,
    ...(failure !== undefined && { failure })
  }
}

function silence({ name, outcome, result }: StepReport): FailureReport {
  const last = result?.phases.at(-1)?.name
  const where = result?.running ? `in phase ${result.running}` : last ? `after phase ${last}` : 'before its first phase'
  if (outcome === 'cancelled' || outcome === 'skipped') {
    return {
      code: 'cancelled',
      sentence: `step ${name} was ${outcome}${outcome === 'cancelled' ? ` ${where}` : ''}`,
      hint: 'run again: what was applied stays, and a new run continues from there',
      evidence: []
    }
  }
  return {
    code: 'internal',
    sentence: `the process of step ${name} ended ${where} without a reason; it may have been killed`,
    hint: 'see the end of its log, and check that the runner has enough memory',
    evidence: []
  }
}
