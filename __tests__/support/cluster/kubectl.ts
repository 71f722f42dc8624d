import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

// Otherwise kubectl would use the current context of the user, and the tests write to it.
if (!process.env['KUBECONFIG']) throw new Error('KUBECONFIG names no disposable cluster')

/** Runs kubectl as administrator of the test cluster. @returns its output */
export async function kubectl(...parameters: string[]): Promise<string> {
  const { stdout } = await run('kubectl', parameters, { env: process.env, maxBuffer: 64 * 1024 ** 2 })
  return stdout
}

/** The same with a document on standard input. */
export async function kubectlWithInput(input: string, ...parameters: string[]): Promise<string> {
  const child = run('kubectl', parameters, { env: process.env })
  child.child.stdin?.end(input)
  return (await child).stdout
}
