import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type CompositeResult, runComposite, type StepResult } from '../support/composite/run-composite.ts'
import { root } from '../support/root.ts'
import { searchPath } from '../support/search-path.ts'
import { sourceAction } from '../support/source-action.ts'

export interface ClientPlan extends CompositeResult {
  /** The text of the file that the output `diff` names. */
  readonly diff: string
  /** Every byte that the run left but what it rendered: log, summary, outputs and files. */
  readonly captured: string
  /** Names of files that it left in the temporary directory of the machine. */
  readonly leftovers: readonly string[]
}

/** Plans without a cluster in a pull request to main: the steps of action.yml, from the sources. */
export async function clientPlan(
  workspace: string,
  inputs: Record<string, string> = {},
  env: Record<string, string> = {}
): Promise<ClientPlan> {
  const temporary = await mkdtemp(join(tmpdir(), 'client-plan-'))
  const files: string[] = []
  let diff = ''
  // Read while they exist: the runner removes its directory at the end.
  const keep = ({ id, outputs }: StepResult) => {
    // What is rendered holds all that the manifests hold.
    if (outputs['result']) files.push(...(id === 'render' ? [textOf(outputs['result'])] : filesIn(outputs['result'])))
    if (outputs['diff']) diff = textOf(outputs['diff'])
  }
  const given = { environment: 'clinic', namespace: 'default', 'dry-run': 'client', comment: 'never' }
  try {
    await using action = await sourceAction()
    const result = await runComposite({
      action: action.path,
      inputs: { ...given, manifests: 'deploy/redis', ...inputs },
      env: { PATH: searchPath(root), TMPDIR: temporary, GITHUB_BASE_REF: 'main', ...env },
      workspace,
      onStep: (event) => event.state === 'finished' && keep(event.step)
    })
    const { output, summary, outputs } = result
    const captured = [output, summary, JSON.stringify(outputs), ...files].join('\n')
    return { ...result, diff, captured, leftovers: await readdir(temporary) }
  } finally {
    await rm(temporary, { recursive: true })
  }
}

function filesIn(result: string): string[] {
  const entries = readdirSync(dirname(result), { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => textOf(join(entry.parentPath, entry.name)))
}

function textOf(path: string): string {
  return readFileSync(path, 'utf8')
}
