import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { runWorkflow } from '../support/act.ts'
import { expectNoSecret } from '../support/captured.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'

let namespace: TestNamespace

beforeAll(async () => {
  namespace = await testNamespace()
})
afterAll(async () => namespace[Symbol.asyncDispose]())

/** A job that deploys with these inputs and then prints the outputs that workflows use. */
const workflow = (...inputs: string[]) => `
on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - id: cache
        uses: org/redis-cache-action@v1
        with:
          environment: staging
          namespace: ${namespace.name}
          timeout: 90s
          ${inputs.join('\n          ')}
      - if: always()
        run: echo "verdict=$VERDICT code=$CODE changed=$CHANGED outcome=$OUTCOME"
        env:
          VERDICT: \${{ steps.cache.outputs.verdict }}
          CODE: \${{ steps.cache.outputs.failure-code }}
          CHANGED: \${{ steps.cache.outputs.changed }}
          OUTCOME: \${{ steps.cache.outcome }}
`

const run = (...inputs: string[]) => runWorkflow(workflow(...inputs), { KUBECONFIG: namespace.kubeconfig })

test('a workflow with the action passes, and later steps can read its outputs', async () => {
  const { jobs, log, summary, captured } = await run()
  expect(jobs).toEqual({ deploy: 'success' })
  expect(log).toContain('verdict=passed code= changed=true outcome=success')
  expect(summary.split('\n')[0]).toMatch(/^### ✅ Redis .* is proven to work/)
  expectNoSecret(captured, [await namespace.credential('password'), await namespace.credential('url')])
})

test('a repeated workflow changes nothing', async () => {
  const { jobs, log } = await run()
  expect(jobs).toEqual({ deploy: 'success' })
  expect(log).toContain('verdict=passed code= changed=false outcome=success')
})

test('the password is passed as an input and never shown', async () => {
  const password = 'Tr0ub4dor&3 of a workflow'
  const { jobs, captured } = await run(`redis-password: ${JSON.stringify(password)}`)
  expect(jobs).toEqual({ deploy: 'success' })
  expect(await namespace.credential('password')).toBe(password)
  expectNoSecret(captured, [password])
})

test('a failure fails the job, with its code for steps that always run', async () => {
  const { jobs, log, summary } = await run('maxmemory: 256Mi')
  expect(jobs).toEqual({ deploy: 'failure' })
  expect(log).toContain('verdict=failed code=invalid-input changed= outcome=failure')
  expect(summary).toContain('maxmemory is "256Mi", but must be a Redis size such as 256mb')
})
