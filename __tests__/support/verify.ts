import { join } from 'node:path'
import { type NodeActionOptions, type NodeActionResult, runNodeAction } from './node-action.ts'
import { root } from './root.ts'
import { searchPath } from './search-path.ts'

type Options = Pick<NodeActionOptions, 'workspace' | 'onOutput' | 'signal'> & { env?: Record<string, string> }

/** Runs verify/action.yml. */
export async function verify(
  { name, kubeconfig }: { readonly name: string; readonly kubeconfig: string },
  inputs: Record<string, string> = {},
  { env = {}, ...options }: Options = {}
): Promise<NodeActionResult> {
  return runNodeAction({
    action: join(root, 'verify', 'action.yml'),
    program: join(root, 'dist', 'verify', 'index.js'),
    inputs: { environment: 'staging', namespace: name, ...inputs },
    env: { KUBECONFIG: kubeconfig, PATH: searchPath(root), ...env },
    ...options
  })
}
