import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { deploy, expectClean } from '../support/cluster/deploy.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'

let namespace: TestNamespace

beforeEach(async () => {
  namespace = await testNamespace()
})
afterEach(async () => namespace[Symbol.asyncDispose]())

test('a cancelled run ends within two seconds, says where it stood, and can be run again', async () => {
  const job = new AbortController()
  let cancelledAt = 0
  const endings: Record<string, number> = {}
  // No node has so much memory: the rollout waits until somebody loses patience.
  const deployment = await deploy(
    namespace,
    { 'memory-limit': '900Gi' },
    {
      signal: job.signal,
      onOutput(text) {
        if (cancelledAt !== 0 || !text.includes('cannot be scheduled')) return
        cancelledAt = performance.now()
        job.abort()
      },
      onStep(event) {
        if (event.state === 'finished') endings[event.step.id] = performance.now()
      }
    }
  )
  expect((endings['deploy'] ?? 0) - cancelledAt).toBeLessThan(2_000)
  expect(deployment.conclusion).toBe('cancelled')
  expect(deployment.outputs).toMatchObject({ verdict: 'failed', 'failure-code': 'cancelled' })
  const [annotation] = deployment.annotations.filter(({ source }) => source === 'step')
  expect(annotation?.message).toMatch(
    /the run was cancelled \(SIGINT\) during rollout; the last it said was: .*cannot be scheduled/
  )
  await expectClean(deployment, namespace)

  // What was applied stays, and a new run goes on from there: the pod that no node takes is in its way.
  expect((await deploy(namespace)).outputs['failure-code']).toBe('stuck-revision')
  await namespace.kubectl('delete', 'pod', 'redis-0')
  expect((await deploy(namespace)).outputs['verdict']).toBe('passed')
})
