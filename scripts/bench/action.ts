import { readFile } from 'node:fs/promises'
import { runComposite } from '../../__tests__/support/composite/run-composite.ts'
import { root } from '../../__tests__/support/root.ts'
import { searchPath } from '../../__tests__/support/search-path.ts'
import type { ProgramResult } from '../../src/core/result.ts'

export interface ActionRun {
  /** From the first step to the end of the last, the report included. */
  readonly milliseconds: number
  /** When the deploy process had ended, on the clock of performance.now(). */
  readonly decidedAt: number
  /** What the deploy program left for the report. */
  readonly result: ProgramResult | undefined
  readonly failureCode: string
}

interface ActionOptions {
  readonly workspace?: string
  readonly kubeconfig?: string
  /** The failure code that the run must have; empty for a run that must pass. */
  readonly failure?: string
}

/** Runs the steps of action.yml as a runner does: each through bash, one after the other. */
export async function runAction(
  namespace: string,
  inputs: Readonly<Record<string, string>> = {},
  { workspace, kubeconfig = process.env['KUBECONFIG'] ?? '', failure = '' }: ActionOptions = {}
): Promise<ActionRun> {
  const start = performance.now()
  let decidedAt = Number.NaN
  let result: Promise<ProgramResult> | undefined
  const { outputs, rendered } = await runComposite({
    action: root,
    inputs: { environment: 'staging', namespace, timeout: '90s', ...inputs },
    env: { KUBECONFIG: kubeconfig, PATH: searchPath(root) },
    workspace,
    onStep(event) {
      if (event.state !== 'finished' || event.step.id !== 'deploy') return
      decidedAt = performance.now()
      // Read while it exists: the runner removes its directory at the end.
      const { result: path } = event.step.outputs
      if (path !== undefined) result = read(path)
    }
  })
  const milliseconds = performance.now() - start
  const failureCode = outputs['failure-code'] ?? ''
  if (failureCode !== failure) throw new Error(`the action ended with "${failureCode}":\n${rendered}`)
  return { milliseconds, decidedAt, failureCode, result: await result }
}

/** How long a phase of the deploy program took, by its own clock: without the start of the process. */
export function phaseTime({ result }: ActionRun, phase: string): number {
  return result?.phases.find(({ name }) => name === phase)?.milliseconds ?? Number.NaN
}

async function read(path: string): Promise<ProgramResult> {
  const result: ProgramResult = JSON.parse(await readFile(path, 'utf8'))
  return result
}
