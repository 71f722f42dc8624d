import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { textAt } from '../../src/core/kubernetes/object.ts'
import { expectNoSecret } from '../support/captured.ts'
import { type Deployment, deploy } from '../support/cluster/deploy.ts'
import type { TestNamespace } from '../support/cluster/namespace.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { killDeploy } from './killing.ts'
import { namespace } from './rendering.ts'

let stage: Stage

/** Runs the action against the stage. No secret may be in any byte that it left, and nothing may be left behind. */
async function run(
  inputs: Record<string, string> = {},
  options: Parameters<typeof deploy>[2] = {}
): Promise<Deployment> {
  const { api, kubeconfig, password } = stage
  const refuse = () => Promise.reject(new Error('there is no cluster behind this namespace'))
  const place: TestNamespace = {
    name: namespace,
    kubeconfig,
    kubectl: refuse,
    apply: refuse,
    redisCli: refuse,
    credential: refuse,
    [Symbol.asyncDispose]: async () => {}
  }
  const deployment = await deploy(place, { 'redis-password': password, ...inputs }, options)
  expectNoSecret(deployment.captured, [password, encodeURIComponent(password), api.token])
  expect(deployment.leftovers).toEqual([])
  return deployment
}

const outcomes = ({ steps }: Deployment) => Object.fromEntries(steps.map(({ id, outcome }) => [id, outcome]))
const annotationsOf = ({ annotations }: Deployment) => annotations.filter(({ source }) => source === 'step')
const podUid = () => textAt(stage.api.read('Pod', namespace, 'redis-0'), 'metadata', 'uid')

/** Takes away what a deploy made, but for the Secret. */
function clear(): void {
  stage.api.remove('StatefulSet', namespace, 'redis')
  stage.api.remove('Pod', namespace, 'redis-0')
}

beforeAll(async () => {
  stage = await startStage()
})
afterAll(async () => stage[Symbol.asyncDispose]())

// In order: each test goes on from what the one before it left.
describe('a deployment', () => {
  test('creates and proves everything the first time', async () => {
    const deployment = await run()
    expect(deployment.conclusion).toBe('success')
    expect(deployment.annotations).toEqual([])
    expect(deployment.rendered).toContain('verdict: passed')
    const { outputs } = deployment
    expect(outputs).toMatchObject({
      verdict: 'passed',
      'failure-code': '',
      topology: 'self-hosted',
      changed: 'true',
      created: '6',
      configured: '0',
      unchanged: '0',
      'maxmemory-bytes': '268435456',
      manifest: expect.stringMatching(/\/manifest\.yaml$/),
      report: expect.stringMatching(/\/summary\.md$/),
      revision: textAt(stage.api.read('StatefulSet', namespace, 'redis'), 'status', 'updateRevision'),
      'rollout-seconds': expect.stringMatching(/^\d\.\d$/),
      'redis-version': expect.stringMatching(/^(Valkey )?\d+\.\d+\.\d+/),
      'used-memory-bytes': expect.stringMatching(/^\d+$/)
    })
    expect(deployment.summary).toMatch(
      /^### ✅ Redis \S+.* is proven to work, asked through a port-forward; .* \(staging, namespace `default`\)\n/
    )
    for (const phase of ['render', 'apply', 'rollout', 'service', 'probe'])
      expect(deployment.summary).toContain(`| ${phase} | ✅ |`)
    expect(deployment.summary).toContain('17 checks passed')
    expect(deployment.summary).toContain('6 objects, 6 changed')
    expect(deployment.masks).toContain(stage.password)
  })

  test('changes and restarts nothing when repeated', async () => {
    const before = podUid()
    const asked = stage.api.requests.length
    const deployment = await run()
    expect(deployment.outputs).toMatchObject({
      verdict: 'passed',
      changed: 'false',
      created: '0',
      configured: '0',
      unchanged: '6'
    })
    expect(deployment.summary).toContain('6 objects, none changed')
    expect(stage.api.requests.length - asked).toBe(21)
    expect(podUid()).toBe(before)
  })

  test('of production is refused with a password before any request, because the password comes from AWS', async () => {
    const before = stage.api.requests.length
    const deployment = await run({ environment: 'production' })
    expect(outcomes(deployment)).toMatchObject({ render: 'success', deploy: 'failure', report: 'success' })
    expect(deployment.outputs).toMatchObject({
      verdict: 'failed',
      'failure-code': 'invalid-input',
      topology: 'managed'
    })
    expect(annotationsOf(deployment)).toMatchObject([
      {
        level: 'error',
        properties: { title: 'Redis cache: invalid-input' },
        message: expect.stringMatching(/^the input redis-password would have no effect: .*\nNext: remove it under/)
      }
    ])
    expect(stage.api.requests.length).toBe(before)
  })
})

describe('a failure', () => {
  test('in render skips the deploy step and is reported', async () => {
    const deployment = await run({ environment: 'nonsense', maxmemory: '256Mi', namespace: 'Upper' })
    expect(deployment.conclusion).toBe('failure')
    expect(outcomes(deployment)).toMatchObject({ render: 'failure', deploy: 'skipped', report: 'success' })
    expect(deployment.outputs).toMatchObject({
      verdict: 'failed',
      'failure-code': 'invalid-input',
      changed: '',
      manifest: '',
      'redis-version': ''
    })
    const [annotation, ...others] = annotationsOf(deployment)
    expect(others).toEqual([])
    expect(annotation?.message).toMatch(
      /environment is "nonsense".*namespace is "Upper".*maxmemory is "256Mi".*such as 256mb/
    )
    expect(deployment.summary.split('\n')[0]).toContain('❌ Redis cache failed: `invalid-input`')
  })

  test('in deploy is reported within seconds, with evidence in log and summary', async () => {
    clear()
    stage.api.behave({ kind: 'image-missing' })
    const deployment = await run()
    expect(outcomes(deployment)).toMatchObject({ render: 'success', deploy: 'failure', report: 'success' })
    expect(deployment.outputs).toMatchObject({
      verdict: 'failed',
      'failure-code': 'image-pull',
      changed: 'true',
      created: '1',
      unchanged: '5'
    })
    expect(annotationsOf(deployment)).toMatchObject([
      {
        message: expect.stringMatching(
          /^the image \S+ of container redis cannot be pulled: .*\nNext: check name and tag/
        )
      }
    ])
    expect(deployment.summary).toContain('<details><summary>Events</summary>')
    expect(deployment.rendered).toMatch(/▶ Events\n[^▶]*Failed to pull image/)
  })

  test('of a killed process is reported with its phase', async () => {
    clear()
    stage.api.behave({ kind: 'never-ready' })
    let killed: Promise<void> | undefined
    const deployment = await run(
      {},
      {
        onOutput(text) {
          if (text.includes('startup probe')) killed ??= killDeploy()
        }
      }
    )
    await killed
    expect(outcomes(deployment)).toMatchObject({ deploy: 'failure', report: 'success' })
    expect(deployment.steps.find(({ id }) => id === 'deploy')?.exitCode).toBe(137)
    expect(deployment.outputs).toMatchObject({ verdict: 'failed', 'failure-code': 'internal', created: '1' })
    expect(annotationsOf(deployment)).toMatchObject([
      {
        properties: { title: 'Redis cache: internal' },
        message: expect.stringMatching(
          /^the process of step deploy ended in phase rollout without a reason; it may have been killed\nNext: /
        )
      }
    ])
    expect(deployment.summary).toContain('| rollout | ❌ |  | did not finish |')
  })
})

test('a cancelled run ends soon and reports its last phase', async () => {
  clear()
  const job = new AbortController()
  const deployment = await run(
    {},
    {
      signal: job.signal,
      onOutput(text) {
        if (text.includes('startup probe')) job.abort()
      }
    }
  )
  // It ended by itself, before the runner sent it a harder signal.
  expect(deployment.steps.find(({ id }) => id === 'deploy')?.exitCode).toBe(1)
  expect(deployment.conclusion).toBe('cancelled')
  expect(deployment.outputs).toMatchObject({ verdict: 'failed', 'failure-code': 'cancelled' })
  const message = annotationsOf(deployment)[0]?.message
  expect(message).toContain(
    'the run was cancelled (SIGINT) during rollout; its last log line: waiting for container redis to pass'
  )
  expect(message).toMatch(/\nNext: run again: what was applied stays \(.*StatefulSet\/redis\), and a new run continues/)
})
