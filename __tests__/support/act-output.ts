export interface WorkflowRun {
  /** `success` or `failure` for each job that ran; without jobs that no runner took, or that were skipped. */
  readonly jobs: Record<string, string>
  /** The displayed output of the steps, line by line. */
  readonly log: string
  readonly summary: string
  /** The job summary of each job that wrote one. */
  readonly summaries: Record<string, string>
  /** The outputs of the steps of each job; of two with the same name, the later one counts. */
  readonly outputs: Record<string, Record<string, string>>
  /** Everything that act printed, except for the lines that register a mask with the runner. */
  readonly captured: string
}

interface Entry {
  msg?: string
  command?: string
  content?: string
  /** The value of an output, and its name. */
  arg?: string
  name?: string
  jobID?: string
  jobResult?: string
  /** More than one for a step inside a composite action. */
  stepID?: string[]
  raw_output?: boolean
}

/**
 * Parses the output of `act --json`, one entry a line. The last output of a failed step may be missing: act stops
 * reading. What a step wrote into files (outputs, summary) is always complete.
 */
export function workflowRun(stdout: string): WorkflowRun {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'))
  const entries = lines.map((line) => JSON.parse(line) as Entry)
  const results = entries.filter((entry) => entry.jobID !== undefined && entry.jobResult !== undefined)
  const summaries: Record<string, string> = {}
  const outputs: Record<string, Record<string, string>> = {}
  // Messages of the steps in a composite action are repeated for the whole action.
  for (const { command, content = '', name = '', arg = '', jobID: job = '' } of entries.filter(isWhole)) {
    if (command === 'summary') summaries[job] = `${summaries[job] ?? ''}${content}`
    if (command === 'set-output') outputs[job] = { ...outputs[job], [name]: arg }
  }
  return {
    jobs: Object.fromEntries(results.map(({ jobID, jobResult }) => [jobID, jobResult])),
    log: entries
      .filter((entry) => entry.raw_output === true)
      .map(({ msg }) => msg ?? '')
      .join(''),
    summary: Object.values(summaries).join('\n'),
    summaries,
    outputs,
    captured: lines.filter((_, index) => entries[index]?.command !== 'add-mask').join('\n')
  }
}

function isWhole({ stepID }: Entry): boolean {
  return stepID?.length === 1
}
