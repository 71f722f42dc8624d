import { parseArgs } from 'node:util'
import { bundle } from './bench/bundle.ts'
import { memory, requests, size, startUp } from './bench/costs.ts'
import { firstDeploy, rollingChange, unchanged } from './bench/deploys.ts'
import { missingImage } from './bench/missing-image.ts'
import { plan } from './bench/plans.ts'
import { markdown, type Row } from './bench/table.ts'

// Compares the action with kubectl commands that do the same work, on the cluster of $KUBECONFIG, in namespaces that it
// makes and deletes. Prints a Markdown table; what is being measured goes to stderr.
//   npm run bench
//   npm run bench -- --rounds 9 --only unchanged

const benchmarks: Readonly<Record<string, (rounds: number) => Promise<Row[]>>> = {
  unchanged,
  first: firstDeploy,
  rolling: rollingChange,
  plan,
  'missing-image': missingImage,
  bundle,
  memory,
  requests,
  'start-up': startUp,
  size
}

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' }, only: { type: 'string' } } })
const names = Object.keys(benchmarks)
if (values.only !== undefined && !names.includes(values.only)) fail(`--only takes one of ${names.join(', ')}`)
if (!/^[1-9]\d*$/.test(values.rounds)) fail('--rounds takes a number from 1 on')
if (!process.env['KUBECONFIG']) fail('KUBECONFIG does not say which disposable cluster to measure on')

const rows: Row[] = []
for (const [name, measure] of Object.entries(benchmarks)) {
  if (values.only !== undefined && values.only !== name) continue
  console.error(`measuring: ${name}`)
  rows.push(...(await measure(Number(values.rounds))))
}
console.log(markdown(rows))

function fail(message: string): never {
  console.error(message)
  process.exit(2)
}
