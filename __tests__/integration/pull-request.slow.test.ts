import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { fieldManager } from '../../src/core/kubernetes/object.ts'
import { type GitRepository, gitRepository } from '../support/git-repository.ts'
import { type GitHubApi, startGitHubApi } from '../support/github-api/server.ts'
import { type JsonObject, type KubernetesApi, startKubernetesApi } from '../support/kubernetes-api/server.ts'
import { root } from '../support/root.ts'
import { accessTo, applying } from './applying.ts'
import type { ClientPlan } from './client-planning.ts'
import { configMap, grounds } from './hostile.ts'
import { inPullRequest } from './pull-request.ts'
import { documentsFor, namespace } from './rendering.ts'

let github: GitHubApi
beforeEach(async () => {
  github = await startGitHubApi()
})
afterEach(() => github.close())

const kustomization = (...resources: string[]) => JSON.stringify({ resources })
const comments = () => github.comments.map(({ body }) => body.split('\n').find((line) => line.startsWith('###')))

describe('the comment of a plan without a cluster', () => {
  let origin: GitRepository
  beforeAll(async () => {
    origin = await gitRepository()
    await cp(join(root, 'manifests', 'base'), join(origin.path, 'deploy', 'manifests', 'base'), { recursive: true })
    await origin.commit({
      'deploy/redis/kustomization.yaml': kustomization('../manifests/base', 'more.yaml'),
      'deploy/redis/more.yaml': configMap('more')
    })
    await origin.git('branch', 'same')
    await origin.git('checkout', '--quiet', '-b', 'less')
    await origin.commit({ 'deploy/redis/kustomization.yaml': kustomization('../manifests/base') })
    await origin.git('checkout', '--quiet', 'main')
  })
  afterAll(async () => origin[Symbol.asyncDispose]())

  const run = async (branch: string, inputs: Record<string, string> = {}): Promise<ClientPlan> =>
    inPullRequest(await origin.checkout(branch), inputs, { github })

  test('is not written where nothing changes', async () => {
    expect((await run('same')).outputs).toMatchObject({ verdict: 'planned', changed: 'false' })
    expect(comments()).toEqual([])
  })

  test('names an object that is no longer rendered, and is updated after a wrong input', async () => {
    const { outputs, summary, diff } = await run('less')
    expect(outputs).toMatchObject({ verdict: 'planned', changed: 'true', created: '0', configured: '0' })
    expect(comments()).toEqual(['### 📋 Plan: 1 no longer rendered (clinic, namespace `default`)'])
    expect(summary).toContain('| `ConfigMap/more` | no longer rendered | not deleted where it is deployed |')
    expect(diff).toMatch(/^# ConfigMap\/more\n@@ .*\n-apiVersion: v1\n-kind: ConfigMap\n/m)

    const failed = await run('less', { maxmemory: '256Mi' })
    expect(failed.outputs).toMatchObject({ verdict: 'failed', 'failure-code': 'invalid-input' })
    expect(comments()).toEqual(['### ❌ Redis cache failed: `invalid-input` (clinic)'])
    expect(github.comments[0]?.body).toContain('maxmemory is "256Mi", but must be')
  })

  test('contains a part of a very long diff, and the output file all of it', async () => {
    const checkout = await origin.checkout('same')
    const lines = Array.from({ length: 3_000 }, (_, index) => `panel ${index}`)
    const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'more' } }
    const data = { 'dashboard.txt': lines.join('\n'), 'dashboard.json': JSON.stringify(lines) }
    await writeFile(join(checkout, 'deploy', 'redis', 'more.yaml'), JSON.stringify({ ...manifest, data }))
    const { diff, summary } = await inPullRequest(checkout, {}, { github })
    expect(diff.match(/^\+ +panel \d+$/gm)).toHaveLength(3_000)
    expect(diff).toContain('"panel 2999"]')
    expect(summary).toMatch(/… \d+ more lines\n```\n\nThis is a part; the file of the output `diff` has all\./)
  })

  test('reports its own invalid input', async () => {
    await run('same', { comment: 'sometimes' })
    expect(comments()).toEqual(['### ❌ Redis cache failed: `invalid-input` (clinic)'])
  })

  test.each([
    ['that is unknown', { environment: 'stagging', manifests: '' }],
    ['with an invalid name', { environment: 'Clinic A' }]
  ])('is not written for an environment %s, because no run would update it', async (_, inputs) => {
    expect((await run('same', inputs)).outputs['failure-code']).toBe('invalid-input')
    expect(comments()).toEqual([])
  })
})

describe('the comment of a plan of a cluster', () => {
  let kubernetes: KubernetesApi
  beforeEach(async () => {
    kubernetes = await startKubernetesApi()
  })
  afterEach(() => kubernetes.close())

  const deployed = async (): Promise<void> => {
    using access = await accessTo(kubernetes)
    expect((await applying(access, await documentsFor())).failure).toBeUndefined()
  }
  const plan = (workspace: string, inputs: Record<string, string> = {}): Promise<ClientPlan> =>
    inPullRequest(workspace, { 'dry-run': 'server', timeout: '20s', ...inputs }, { github, kubernetes })
  const planOwn = async (): Promise<ClientPlan> => {
    await using place = await grounds({})
    return await plan(place.workspace, { environment: 'staging', manifests: '' })
  }
  const planOf = async (manifest: object): Promise<ClientPlan> => {
    await using place = await grounds({
      'deploy/redis/kustomization.yaml': kustomization('object.yaml'),
      'deploy/redis/object.yaml': manifest
    })
    return await plan(place.workspace)
  }

  test('is not written for an unchanged deployment', async () => {
    await deployed()
    expect((await planOwn()).outputs).toMatchObject({ verdict: 'planned', changed: 'false' })
    expect(comments()).toEqual([])
  })

  test('names alerts and monitors that are no longer rendered, even if nothing else changes', async () => {
    await deployed()
    const group = 'monitoring.coreos.com/v1'
    const kinds = { PodMonitor: 'podmonitors', PrometheusRule: 'prometheusrules' }
    const answer = (path: RegExp, body: JsonObject) =>
      kubernetes.fault({ method: 'GET', path, times: 9, reply: { status: 200, body } })
    answer(/^\/apis\/monitoring\.coreos\.com\/v1$/, {
      kind: 'APIResourceList',
      groupVersion: group,
      resources: Object.entries(kinds).map(([kind, name]) => ({ kind, name, namespaced: true }))
    })
    for (const [kind, plural] of Object.entries(kinds)) {
      const metadata = { name: 'redis', managedFields: [{ manager: fieldManager }] }
      answer(new RegExp(`/${plural}$`), { kind: `${kind}List`, apiVersion: group, items: [{ metadata }] })
    }
    const { outputs } = await planOwn()
    expect(outputs).toMatchObject({ verdict: 'planned', changed: 'false' })
    expect(comments()).toEqual(['### 📋 Plan: nothing to change (staging, namespace `default`)'])
    expect(github.comments[0]?.body).toContain(
      'Left over from an earlier deployment: `PodMonitor/redis`, `PrometheusRule/redis`'
    )
  })

  test.each([
    ['misspelt', 'networking.k8s.io/v1', 'NetworkPolcy'],
    ['of a version that is gone', 'networking.k8s.io/v1beta1', 'Ingress']
  ])('fails for a built-in kind that is %s', async (_, apiVersion, kind) => {
    const { outputs, summary } = await planOf({ apiVersion, kind, metadata: { name: 'x' } })
    expect(outputs).toMatchObject({ verdict: 'failed', 'failure-code': 'invalid-manifest' })
    expect(summary).toContain(`| \`${kind}/x\` | ❌ refused |`)
  })

  test('tells how to install a missing kind, and does not fail', async () => {
    const { outputs, summary } = await planOf({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { name: 'x' }
    })
    expect(outputs['verdict']).toBe('planned')
    expect(summary).toContain('| `Gateway/x` | ❔ not checked |')
  })

  test.each(['false', 'true'])(
    'says to wait for a namespace that is being deleted, with create-namespace: %s',
    async (made) => {
      const message =
        'configmaps "a" is forbidden: unable to create new content in namespace default because it is being terminated'
      const body = { kind: 'Status', status: 'Failure', reason: 'Forbidden', message }
      kubernetes.fault({ method: 'PATCH', path: /\/configmaps\/a$/, times: 9, reply: { status: 403, body } })
      await using place = await grounds({
        'deploy/redis/kustomization.yaml': kustomization('object.yaml'),
        'deploy/redis/object.yaml': configMap('a')
      })
      const { outputs, summary } = await plan(place.workspace, { 'create-namespace': made })
      expect(outputs['verdict']).toBe('planned')
      expect(summary).toContain('cannot be checked while namespace default is being deleted')
      expect(summary).toMatch(
        /- A deployment would fail: .* is being terminated\. Next: wait until the namespace is gone/
      )
      expect(summary).not.toContain('kubectl create namespace')
    }
  )

  test('warns of a memory limit that the admission of the cluster makes too small', async () => {
    await deployed()
    const stored = kubernetes.read('StatefulSet', namespace, 'redis')
    const text = JSON.stringify(stored).replace('"memory":"512Mi"', '"memory":"300Mi"')
    expect(text).not.toBe(JSON.stringify(stored))
    const body: JsonObject = JSON.parse(text)
    kubernetes.fault({ method: 'PATCH', path: /\/statefulsets\/redis$/, times: 9, reply: { status: 200, body } })
    const { outputs, summary } = await planOwn()
    expect(outputs['verdict']).toBe('planned')
    expect(summary).toContain('> ⚠️ `memory-budget`: the memory limit 300Mi of container redis would be less than twice')
  })
})
