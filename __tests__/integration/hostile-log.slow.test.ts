import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { fieldManager } from '../../src/core/kubernetes/object.ts'
import { parseCommand } from '../support/composite/commands.ts'
import { type GitRepository, gitRepository } from '../support/git-repository.ts'
import { type GitHubApi, startGitHubApi } from '../support/github-api/server.ts'
import { type KubernetesApi, startKubernetesApi } from '../support/kubernetes-api/server.ts'
import { root } from '../support/root.ts'
import type { ClientPlan } from './client-planning.ts'
import { configMap, grounds } from './hostile.ts'
import { inPullRequest } from './pull-request.ts'

/** A name that would be three commands if it came into the log as it is, and what may be left of it. */
const hostile = 'x\n::error title=pwned::hello\n::stop-commands::pwned\n::set-output name=pwned::pwned\n'
const harmless = 'x \u2236:error title=pwned::hello \u2236:stop-commands::pwned'
const kustomization = (...resources: string[]) => JSON.stringify({ resources })
const object = (apiVersion: string, kind: string, name: string) => ({ apiVersion, kind, metadata: { name } })

let github: GitHubApi
beforeEach(async () => {
  github = await startGitHubApi()
})
afterEach(() => github.close())

/** Every command of the log is ours, whatever name stands in it, and so is what the comment says. */
function expectNothingForged({ output, annotations, masks, outputs, diff }: ClientPlan): void {
  const commands = output.split(/\r\n|[\n\r]/).flatMap((line) => parseCommand(line) ?? [])
  expect(commands.length).toBeGreaterThan(0)
  const names = commands.map(({ name }) => name)
  expect(names.filter((name) => !['group', 'endgroup', 'error', 'notice', 'add-mask'].includes(name))).toEqual([])
  for (const { properties } of annotations.filter(({ source }) => source === 'step')) {
    expect(properties['title']).toMatch(/^Redis cache: /)
  }
  expect(masks.join()).not.toContain('pwned')
  expect(outputs).not.toHaveProperty('pwned')
  expect(diff.split('\n').flatMap((line) => parseCommand(line) ?? [])).toEqual([])
}

const notesIn = (text: string) => text.split('\n').filter((line) => line.includes('pwned'))

describe('the log of a plan with hostile text', () => {
  let kubernetes: KubernetesApi
  beforeEach(async () => {
    kubernetes = await startKubernetesApi()
  })
  afterEach(() => kubernetes.close())

  const status = (message: string) => ({
    status: 403,
    body: { kind: 'Status', status: 'Failure', reason: 'Forbidden', message }
  })
  const denied = (resource: string, verb: string) =>
    status(
      `${resource} is forbidden: User "${hostile}" cannot ${verb} resource "${resource}" in API group "" ` +
        'in the namespace "default"'
    )

  /** Plans a ConfigMap and a kind that is not installed. */
  async function planned(): Promise<ClientPlan> {
    await using place = await grounds({
      'deploy/redis/kustomization.yaml': kustomization('config.yaml', 'foo.yaml'),
      'deploy/redis/config.yaml': configMap('a'),
      'deploy/redis/foo.yaml': object('evil.example.com/v1', 'Foo', hostile)
    })
    const run = await inPullRequest(place.workspace, { 'dry-run': 'server', timeout: '20s' }, { github, kubernetes })
    expectNothingForged(run)
    return run
  }

  test('is safe for a kind that is not installed and for missing permissions', async () => {
    const all = { times: 1000 } as const
    kubernetes.fault({ ...all, method: 'GET', path: /\/secrets\/redis-credentials$/, reply: denied('secrets', 'get') })
    kubernetes.fault({ ...all, method: 'GET', path: /\/statefulsets/, reply: denied('statefulsets', 'get') })
    kubernetes.fault({ ...all, method: 'PATCH', path: /\/configmaps\/a$/, reply: denied('configmaps', 'patch') })
    const run = await planned()
    expect(run.outputs['verdict']).toBe('planned')
    for (const note of [
      `A deployment would fail: Foo/${harmless}`,
      `To have everything checked, give ${harmless}`,
      'The fields of Secret/redis-credentials were not checked: ',
      'Left-over objects were not searched for: '
    ]) {
      expect(notesIn(run.output).filter((line) => line.startsWith(note))).toHaveLength(1)
    }
    expect(notesIn(run.summary).filter((line) => line.startsWith('- '))).toHaveLength(4)
    expect(github.comments).toHaveLength(1)
  })

  test('is safe for a namespace that is being deleted and for leftovers', async () => {
    // No API server stores such a name; this one is not to be trusted.
    const items = [{ metadata: { name: hostile, managedFields: [{ manager: fieldManager }] } }]
    kubernetes.fault({
      method: 'GET',
      path: /\/configmaps$/,
      reply: { status: 200, body: { kind: 'ConfigMapList', apiVersion: 'v1', items } }
    })
    const message = `configmaps "a" is forbidden: unable to create new content in namespace ${hostile} because it is being terminated`
    kubernetes.fault({ method: 'PATCH', path: /\/configmaps\/a$/, times: 1000, reply: status(message) })
    const run = await planned()
    expect(run.outputs['verdict']).toBe('planned')
    const notes = notesIn(run.output)
    expect(notes).toContainEqual(expect.stringMatching(/^A deployment would fail: namespace default cannot be used/))
    expect(notes).toContainEqual(expect.stringContaining(`left over from an earlier deployment: ConfigMap/${harmless}`))
  })
})

describe('the log of a plan without a cluster, with hostile text', () => {
  let origin: GitRepository
  beforeAll(async () => {
    origin = await gitRepository()
    await cp(join(root, 'manifests', 'base'), join(origin.path, 'deploy', 'manifests', 'base'), { recursive: true })
    await origin.commit({
      'deploy/redis/kustomization.yaml': kustomization('../manifests/base', 'gone.yaml'),
      'deploy/redis/gone.yaml': JSON.stringify(object('v1', 'ConfigMap', hostile))
    })
    await origin.git('checkout', '--quiet', '-b', 'change')
    await origin.commit({ 'deploy/redis/kustomization.yaml': kustomization('../manifests/base') })
    await origin.git('checkout', '--quiet', '-b', 'wrong')
    await origin.commit({
      'deploy/redis/kustomization.yaml': kustomization('../manifests/base', 'wrong.yaml'),
      'deploy/redis/wrong.yaml': JSON.stringify(object('v1', 'ConfigMapp', hostile))
    })
    await origin.git('checkout', '--quiet', '--orphan', 'broken')
    await origin.commit({ 'deploy/redis/kustomization.yaml': kustomization(`${hostile}.yaml`) })
    await origin.git('checkout', '--quiet', 'main')
  })
  afterAll(async () => origin[Symbol.asyncDispose]())

  test('is safe for an object that is no longer rendered', async () => {
    const run = await inPullRequest(await origin.checkout('change'), {}, { github })
    expectNothingForged(run)
    expect(run.outputs).toMatchObject({ verdict: 'planned', changed: 'true' })
    expect(run.output).toContain(`\nConfigMap/${harmless}`)
    expect(run.diff).toContain(`# ConfigMap/${harmless}`)
  })

  test('is safe for an object that is refused', async () => {
    const run = await inPullRequest(await origin.checkout('wrong'), {}, { github })
    expectNothingForged(run)
    expect(run.outputs).toMatchObject({ verdict: 'failed', 'failure-code': 'invalid-manifest' })
    expect(run.annotations.map(({ message }) => message).join()).toContain(`ConfigMapp/${harmless}`)
  })

  test('is safe for a branch that cannot be rendered', async () => {
    const run = await inPullRequest(await origin.checkout('change'), { 'base-ref': 'broken' }, { github })
    expectNothingForged(run)
    expect(run.outputs['verdict']).toBe('planned')
    expect(notesIn(run.output)).toContainEqual(
      expect.stringMatching(/^Nothing was compared: branch broken cannot be rendered: /)
    )
  })
})
