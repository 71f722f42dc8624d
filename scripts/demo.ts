import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type CompositeResult, runComposite } from '../__tests__/support/composite/run-composite.ts'
import { root } from '../__tests__/support/root.ts'
import { searchPath } from '../__tests__/support/search-path.ts'
import { startStage } from '../__tests__/support/stage.ts'
import { terminalText } from './terminal.ts'

// Runs the steps of action.yml, in order, and shows the job summary.
//   npm run demo                         against a Kubernetes API and a Redis on this machine
//   npm run demo -- --kubeconfig PATH    on the current context of that file

const { values } = parseArgs({ options: { kubeconfig: { type: 'string' } } })
const job = new AbortController()
process.once('SIGINT', () => job.abort()).once('SIGTERM', () => job.abort())

const { conclusion } =
  values.kubeconfig === undefined ? await onThisMachine() : await onCluster(resolve(values.kubeconfig))
if (conclusion !== 'success') process.exitCode = 1

async function onThisMachine(): Promise<CompositeResult> {
  await using stage = await startStage()
  const { kubeconfig, password, redis } = stage
  console.log(
    `Kubernetes: in this process. Redis: ${redis.program}. For a real cluster: npm run demo -- --kubeconfig PATH\n`
  )
  // Awaited here, because leaving the function ends the stage.
  return await run(kubeconfig, { 'redis-password': password })
}

async function onCluster(kubeconfig: string): Promise<CompositeResult> {
  console.log(`Kubernetes: the current context of ${kubeconfig}\n`)
  const result = await run(kubeconfig, {})
  if (result.conclusion === 'success')
    console.log('The cache stays. To remove it with its data: kubectl delete namespace hospital-erp-system')
  return result
}

async function run(kubeconfig: string, inputs: Record<string, string>): Promise<CompositeResult> {
  const result = await runComposite({
    action: root,
    inputs: { environment: 'staging', 'create-namespace': 'true', ...inputs },
    env: { KUBECONFIG: kubeconfig, PATH: searchPath(root) },
    onOutput: (text) => process.stdout.write(text),
    signal: job.signal
  })
  console.log(`\n── job summary ${'─'.repeat(60)}\n\n${terminalText(result.summary)}`)
  return result
}
