import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { parse } from 'yaml'
import { repository, runWorkflow, type WorkflowOptions } from '../support/act.ts'
import type { WorkflowRun } from '../support/act-output.ts'
import { expectNoSecret } from '../support/captured.ts'
import { awsStandIn } from '../support/cluster/aws-stand-in.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'
import { plannerOf } from '../support/cluster/planner.ts'
import { readerOf } from '../support/cluster/reader.ts'
import { type GitHubApi, startGitHubApi } from '../support/github-api/server.ts'
import { contentOf } from './content.ts'
import { example, expectJobs, pinned } from './example.ts'
import { type Production, production } from './production.ts'

// For a machine that has other things to do.
jest.setTimeout(600_000)

const aws = awsStandIn()
const started = new AsyncDisposableStack()
let development: TestNamespace
let staging: TestNamespace
/** Undefined where nothing stands for AWS: there deploy.yml goes no further than staging. */
let managed: Production | undefined
/** The kubeconfig that the secret KUBECONFIG of each example holds. */
let kubeconfigs: Record<'deployer' | 'planner' | 'reader', string>
let github: GitHubApi

beforeAll(async () => {
  development = started.use(await testNamespace())
  staging = started.use(await testNamespace())
  managed = aws && started.use(await production(aws))
  github = started.use(await startGitHubApi({ repository }))
  // One secret serves all jobs of a run of act. So one identity deploys to every environment, with the Role of each.
  const identity = `--serviceaccount=${development.name}:redis-cache-deployer`
  for (const other of [staging, managed?.namespace]) {
    await other?.kubectl('create', 'rolebinding', 'from-development', '--role=redis-cache-deployer', identity)
  }
  const planner = started.use(await plannerOf(staging))
  const reader = await readerOf(staging)
  kubeconfigs = { deployer: development.kubeconfig, planner: planner.kubeconfig, reader: reader.kubeconfig }
})
afterAll(async () => started.disposeAsync())

function workflow(name: string): Promise<string> {
  const names = { development: development.name, staging: staging.name }
  return example(name, { ...names, production: managed?.namespace.name ?? 'without-aws-nobody-goes-here' })
}

/**
 * Runs an example as it stands in the repository; nothing that it prints holds a secret.
 * @param jobs how its jobs must end; others must not run
 */
async function run(
  name: string,
  who: keyof typeof kubeconfigs,
  jobs: Readonly<Record<string, string>>,
  options: WorkflowOptions = {}
): Promise<WorkflowRun> {
  const kubeconfig = await readFile(kubeconfigs[who], 'utf8')
  const secrets: Record<string, string> = { KUBECONFIG: kubeconfig, ...options.secrets }
  // What the machine itself could bring is no way into the cluster.
  const environment = { ...managed?.environment, KUBECONFIG: '/nowhere' }
  const result = await runWorkflow(await workflow(name), environment, { ...options, secrets })
  const { token }: { token: string } = parse(kubeconfig).users[0].user
  const keys = [secrets['GITHUB_TOKEN'], managed?.password, managed?.environment['AWS_SECRET_ACCESS_KEY']]
  const stored = [development, staging].flatMap(({ credential }) => ['password', 'url'].map(credential))
  const passwords = await Promise.all(stored.map((reading) => reading.catch(() => undefined)))
  expectNoSecret(
    result.captured,
    [token, ...keys, ...passwords].filter((secret) => secret !== undefined)
  )
  expectJobs(result, jobs)
  return result
}

/** Runs pull-request.yml as GitHub does when somebody pushes to the branch of a pull request. */
function plan(
  runId: number,
  jobs: Readonly<Record<string, string>>,
  { from = repository, canWrite = true } = {}
): Promise<WorkflowRun> {
  const side = (ref: string, full_name: string) => ({ ref, repo: { full_name } })
  const pullRequest = { number: 12, head: side('more-memory', from), base: side('main', repository) }
  return run('pull-request.yml', 'planner', jobs, {
    event: {
      name: 'pull_request',
      content: { action: 'synchronize', number: pullRequest.number, pull_request: pullRequest }
    },
    secrets: { GITHUB_TOKEN: github.token({ canWrite }) },
    runner: { GITHUB_API_URL: github.url, GITHUB_RUN_ID: String(runId) }
  })
}

// In order: each test goes on from what the one before it left in the cluster.
test('pull-request.yml comments what a merge would change, and changes nothing', async () => {
  const before = await contentOf(staging)
  const { summaries, outputs } = await plan(100, { staging: 'success', offline: 'success' })
  expect(outputs['staging']).toMatchObject({ verdict: 'planned', topology: 'self-hosted', created: '6' })
  expect(github.comments).toHaveLength(1)
  for (const told of [summaries['staging'], github.comments[0]?.body]) {
    expect(told).toContain('### 📋 Plan: 6 to create (staging, namespace ')
    expect(told).toContain('| `StatefulSet/redis` | to create |')
  }
  expect(outputs['offline']?.['verdict']).toBe('planned')
  expect(summaries['offline']).toContain('No cluster was contacted')
  expect(await contentOf(staging)).toBe(before)
})

test('pull-request.yml contacts no cluster for a fork, and needs no permission to comment', async () => {
  const asked = github.requests.length
  const { outputs } = await plan(101, { offline: 'success' }, { from: 'somebody/erp', canWrite: false })
  expect(outputs['offline']?.['verdict']).toBe('planned')
  expect(github.requests).toHaveLength(asked)
})

test('deploy.yml deploys to development, staging and production', async () => {
  const jobs = { development: 'success', staging: 'success', ...(managed && { production: 'success' }) }
  const { outputs } = await run('deploy.yml', 'deployer', jobs, {
    actions: { [pinned(await workflow('deploy.yml'), 'aws-actions/configure-aws-credentials')]: awsCredentials },
    job: managed === undefined ? 'staging' : undefined
  })
  expect(outputs['staging']).toMatchObject({ verdict: 'passed', topology: 'self-hosted', created: '6' })
  expect(await development.redisCli('config', 'get', 'maxmemory')).toBe(`maxmemory\n${64 * 1024 ** 2}`)
  expect(await staging.redisCli('config', 'get', 'maxmemory')).toBe(`maxmemory\n${256 * 1024 ** 2}`)
  if (managed === undefined) return
  const { namespace } = managed
  expect(outputs['production']).toMatchObject({ verdict: 'passed', topology: 'managed', created: '1' })
  const reason = '--output=jsonpath={.status.conditions[?(@.type=="Ready")].reason}'
  expect(await namespace.kubectl('get', 'externalsecret', 'redis-credentials', reason)).toBe('SecretSynced')
  expect(await namespace.credential('password')).toBe(managed.password)
  expect(await namespace.kubectl('get', 'statefulsets', '--output=name')).toBe('')
  expect(await managed.otherPods()).toEqual([])
})

test('pull-request.yml updates its comment when nothing would change any more', async () => {
  const before = await contentOf(staging)
  expect(before).toContain('StatefulSet/redis ')
  const [first] = github.comments.map(({ id }) => id)
  const { outputs } = await plan(102, { staging: 'success', offline: 'success' })
  expect(outputs['staging']).toMatchObject({ verdict: 'planned', changed: 'false', unchanged: '6' })
  expect(github.comments.map(({ id }) => id)).toEqual([first])
  expect(github.comments[0]?.body).toContain('### 📋 Plan: nothing to change (staging, namespace ')
  expect(await contentOf(staging)).toBe(before)
})

const scheduled = { event: { name: 'schedule' } }

test('verify.yml passes after a deployment', async () => {
  const { outputs } = await run('verify.yml', 'reader', { staging: 'success' }, scheduled)
  expect(outputs['staging']).toMatchObject({ verdict: 'passed', 'failure-code': '' })
})

test('verify.yml fails after an image was changed, and does not change it back', async () => {
  const image = 'docker.io/oliver006/redis_exporter:v1.0.0'
  await staging.kubectl('set', 'image', 'statefulset/redis', `metrics=${image}`)
  const before = await contentOf(staging)
  const { outputs, summaries } = await run('verify.yml', 'reader', { staging: 'failure' }, scheduled)
  expect(outputs['staging']).toMatchObject({ verdict: 'failed', 'failure-code': 'config-drift' })
  expect(summaries['staging']).toMatch(/^### ❌ Redis cache failed: `config-drift`/)
  expect(summaries['staging']).toContain(`image is "${image}", rendered: "docker.io/oliver006/redis_exporter:`)
  expect(await contentOf(staging)).toBe(before)
})

/** In the place of the real one, which asks AWS for credentials: this one sets only the region, in the same way. */
const awsCredentials = `
name: Configure AWS credentials
description: Sets the region
inputs:
  role-to-assume: { description: not used, required: true }
  aws-region: { description: the region, required: true }
runs:
  using: composite
  steps:
    - shell: bash
      run: printf 'AWS_REGION=%s\\nAWS_DEFAULT_REGION=%s\\n' "$REGION" "$REGION" >>"$GITHUB_ENV"
      env:
        REGION: \${{ inputs.aws-region }}
`
