import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expectNoSecret } from '../captured.ts'
import { type CompositeOptions, type CompositeResult, runComposite } from '../composite/run-composite.ts'
import { root } from '../root.ts'
import { searchPath } from '../search-path.ts'
import type { TestNamespace } from './namespace.ts'

export interface Deployment extends CompositeResult {
  /** Every byte of output of a run: log, summary, outputs and written files. */
  readonly captured: string
  /** Names of the files that it left in the temporary directory of the machine. */
  readonly leftovers: string[]
  readonly milliseconds: number
}

type Options = Pick<CompositeOptions, 'env' | 'onOutput' | 'onStep' | 'signal' | 'workspace'>

/** Runs the action from action.yml in the namespace, as its deployer. */
export async function deploy(
  namespace: TestNamespace,
  inputs: Record<string, string> = {},
  options: Options = {}
): Promise<Deployment> {
  const temporary = await mkdtemp(join(tmpdir(), 'deploy-'))
  const files: Promise<string>[] = []
  const start = performance.now()
  try {
    const result = await runComposite({
      action: root,
      inputs: { environment: 'staging', namespace: namespace.name, timeout: '90s', ...inputs },
      ...options,
      env: { KUBECONFIG: namespace.kubeconfig, PATH: searchPath(root), TMPDIR: temporary, ...options.env },
      onStep(event) {
        // Read while it exists: the runner removes its directory at the end.
        if (event.state === 'finished' && event.step.outputs['result']) {
          files.push(readAll(dirname(event.step.outputs['result'])))
        }
        options.onStep?.(event)
      }
    })
    const captured = [
      result.output,
      result.summary,
      JSON.stringify(result.outputs),
      ...(await Promise.all(files))
    ].join('\n')
    return { ...result, captured, leftovers: await readdir(temporary), milliseconds: performance.now() - start }
  } finally {
    await rm(temporary, { recursive: true })
  }
}

/** Asserts what holds after every run: no secret in any captured byte, nothing left on the machine. */
export async function expectClean(deployment: Deployment, namespace: TestNamespace, ...more: string[]): Promise<void> {
  const stored = await Promise.all(['password', 'url'].map((key) => namespace.credential(key).catch(() => '')))
  expectNoSecret(
    deployment.captured,
    [...stored, ...more].filter((secret) => secret !== '')
  )
  if (deployment.leftovers.length > 0) throw new Error(`left behind: ${deployment.leftovers.join(', ')}`)
}

async function readAll(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const texts = entries
    .filter((entry) => entry.isFile())
    .map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8'))
  return (await Promise.all(texts)).join('\n')
}
