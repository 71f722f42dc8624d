import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { textAt } from '../../src/core/kubernetes/object.ts'
import { parseManifest } from '../../src/core/manifest.ts'
import { expectNoSecret } from '../support/captured.ts'
import type { TestNamespace } from '../support/cluster/namespace.ts'
import { type KubernetesApi, type KubernetesApiOptions, startKubernetesApi } from '../support/kubernetes-api/server.ts'
import { accessTo, applying } from './applying.ts'
import { noteOn, type Planned, planned, type Told, told } from './planning.ts'
import { documentsFor, namespace } from './rendering.ts'

let directory: string
let api: KubernetesApi

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'plan-'))
})
afterAll(async () => {
  await rm(directory, { recursive: true })
})
beforeEach(() => start())
afterEach(() => api.close())

async function start(options: KubernetesApiOptions = {}): Promise<void> {
  await api?.close()
  api = await startKubernetesApi(options)
  await writeFile(join(directory, 'kubeconfig'), api.kubeconfig, { mode: 0o600 })
}

type Run<T> = (...parameters: Parameters<typeof told>) => Promise<T>

/** A run that must leave nothing, write nothing and tell no secret. */
async function run<T extends Told>(
  act: Run<T>,
  inputs: Record<string, string> = {},
  options: Parameters<typeof told>[2] = {}
): Promise<T> {
  const refuse = () => Promise.reject(new Error('there is no cluster behind this namespace'))
  const place: TestNamespace = {
    name: namespace,
    kubeconfig: join(directory, 'kubeconfig'),
    kubectl: refuse,
    apply: refuse,
    redisCli: refuse,
    credential: refuse,
    [Symbol.asyncDispose]: async () => {}
  }
  const before = api.requests.length
  const done = await act(place, { 'dry-run': 'server', ...inputs }, options)
  const writes = api.requests
    .slice(before)
    .filter(({ method, query }) => method !== 'GET' && query.get('dryRun') !== 'All')
  expect(writes.map(({ method, path }) => `${method} ${path}`)).toEqual([])
  expect(done.leftovers).toEqual([])
  const { 'redis-password': password } = inputs
  // In the URL of the Secret it stands encoded.
  const given = password === undefined ? [] : [password, encodeURIComponent(password)]
  expectNoSecret(done.captured, [api.token, ...given, ...['password', 'url'].flatMap(stored)])
  return done
}

/** What the Secret says under a key, unless it has none. */
function stored(key: string): string[] {
  const value = textAt(api.read('Secret', namespace, 'redis-credentials'), 'data', key)
  return value === undefined ? [] : [Buffer.from(value, 'base64').toString('utf8')]
}

const plan = (inputs?: Record<string, string>, options?: Parameters<typeof told>[2]): Promise<Planned> =>
  run(planned, inputs, options)

/** What the manifests of staging say is deployed already. */
async function deployed(): Promise<void> {
  using access = await accessTo(api)
  expect((await applying(access, await documentsFor())).failure).toBeUndefined()
}

const said = ({ annotations }: Told) =>
  annotations
    .filter(({ source }) => source === 'step')
    .map(({ message }) => message)
    .join('\n')

describe('a plan', () => {
  test('of a first deployment writes outputs, summary and a private file with the diffs', async () => {
    const modes: number[] = []
    const done = await plan(
      {},
      {
        onStep(event) {
          if (event.state !== 'finished' || event.step.id !== 'deploy') return
          for (const name of ['diff', 'result']) modes.push(statSync(event.step.outputs[name] ?? '').mode & 0o777)
        }
      }
    )
    expect(modes).toEqual([0o600, 0o600])
    expect(done.outputs).toMatchObject({
      verdict: 'planned',
      'failure-code': '',
      topology: 'self-hosted',
      changed: 'true',
      created: '6',
      configured: '0',
      unchanged: '0',
      diff: expect.stringMatching(/\/plan\.diff$/),
      report: expect.stringMatching(/\/summary\.md$/),
      revision: ''
    })
    expect(done.conclusion).toBe('success')
    expect(done.annotations).toEqual([])
    expect(done.summary).toMatch(/^### 📋 Plan: 6 to create \(staging, namespace `default`\)\n/)
    for (const { id, diff } of done.plan.objects) {
      expect(diff).not.toBe('')
      expect(done.summary).toContain(`| \`${id}\` | to create |`)
      expect(done.summary).toContain(`<details><summary>${id}</summary>\n\n\`\`\`diff\n${diff.trimEnd()}\n\`\`\``)
      expect(done.captured).toContain(`# ${id}\n${diff.trimEnd()}\n`)
    }
    expect(api.read('ConfigMap', namespace, 'redis-config')).toBeUndefined()
  })

  test('of an unchanged deployment contains no change', async () => {
    await deployed()
    const { outputs, plan: found, result } = await plan()
    expect(outputs).toMatchObject({
      verdict: 'planned',
      changed: 'false',
      created: '0',
      configured: '0',
      unchanged: '6'
    })
    expect(found).toEqual({
      asked: true,
      sentence: 'nothing to change',
      objects: found.objects,
      restart: [],
      dangers: []
    })
    expect(found.objects.every(({ diff }) => diff === '')).toBe(true)
    expect(result.leftovers).toEqual([])
  })

  test('of a first deployment reports a claim that is being deleted as a danger', async () => {
    const going: object = { deletionTimestamp: '2026-11-30T00:00:00Z', finalizers: ['kubernetes.io/pvc-protection'] }
    const metadata = { name: 'data-redis-0', namespace, ...going }
    api.seed({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata })
    const { dangers } = (await plan()).plan
    expect(dangers).toContainEqual({
      rule: 'claim-at-risk',
      sentence: expect.stringContaining('the claim data-redis-0 is being deleted')
    })
  })

  test('of another password shows where it changes, but not its value', async () => {
    await deployed()
    const password = randomBytes(18).toString('base64')
    const done = await plan({ 'redis-password': password, maxmemory: '100mb' })
    expect(done.plan.sentence).toBe('3 to change, redis-0 would restart (configuration, password)')
    expect(done.summary).toContain('password: (changed, not shown)')
    expect(done.masks).toContain(password)
  })
})

describe('a missing prerequisite', () => {
  test('does not fail a plan if it is a namespace', async () => {
    await start({ namespaces: [] })
    const done = await plan()
    expect(done.outputs).toMatchObject({ verdict: 'planned', changed: '' })
    expect(done.plan.sentence).toBe('6 not checked')
    expect(done.result.notes).toEqual([
      'A deployment would fail: namespace default does not exist. Create it, `kubectl create namespace default`, ' +
        'or set `create-namespace: true`.'
    ])
    expect((await plan({ 'create-namespace': 'true' })).plan.sentence).toBe('1 to create, 6 not checked')
  })

  test('does not fail a plan if it is the kind of an object', async () => {
    await start({ externalSecrets: false })
    const done = await plan({ environment: 'production' })
    expect(done.outputs).toMatchObject({ verdict: 'planned', topology: 'managed' })
    expect(noteOn(done, 'ExternalSecret/redis-credentials')).toMatch(/^cannot be checked before its kind is installed/)
    expect(done.result.notes?.[0]).toMatch(/^A deployment would fail: .* Next: install or update it: `helm upgrade/)
  })

  test('does not fail a plan if it is a permission', async () => {
    await deployed()
    const message =
      'statefulsets.apps "redis" is forbidden: User "system:serviceaccount:team:planner" cannot patch resource ' +
      '"statefulsets" in API group "apps" in the namespace "default"'
    const body = { kind: 'Status', status: 'Failure', reason: 'Forbidden', message }
    api.fault({ method: 'PATCH', path: /\/statefulsets\/redis$/, reply: { status: 403, body } })
    const done = await plan({ maxmemory: '100mb' })
    expect(done.outputs['verdict']).toBe('planned')
    expect(done.plan.sentence).toBe('1 to change, 1 not checked')
    expect(noteOn(done, 'StatefulSet/redis')).toBe('not checked: needs the right to patch statefulsets/redis')
    expect(done.result.notes).toEqual([
      'To have everything checked, give system:serviceaccount:team:planner the Role in manifests/rbac-planner, or in ' +
        'its Role in namespace default: `- {apiGroups: ["apps"], resources: [statefulsets], ' +
        'resourceNames: ["redis"], verbs: [get, create, patch]}`'
    ])
  })
})

describe('a plan that fails like the deployment', () => {
  beforeEach(deployed)

  test('names a field of another client', async () => {
    const set = api.read('StatefulSet', namespace, 'redis')
    if (set === undefined) throw new Error('no StatefulSet is stored')
    api.seed({ ...set, spec: { ...(set['spec'] as object), replicas: 3 } }, { fieldManager: 'kubectl-scale' })
    const done = await plan()
    expect(done.outputs).toMatchObject({ verdict: 'failed', 'failure-code': 'field-conflict', unchanged: '5' })
    expect(said(done)).toContain('"kubectl-scale" owns .spec.replicas with the value 3, wanted: 1')
    expect(done.summary).toMatch(/^### ❌ This would fail: `field-conflict` \(staging, namespace `default`\)\n/)
    const forced = await plan({ 'force-conflicts': 'true' })
    expect(noteOn(forced, 'StatefulSet/redis')).toBe('would take .spec.replicas over from kubectl-scale')
  })

  test('names an immutable field', async () => {
    const done = await plan({ 'storage-size': '6Gi' })
    expect(done.outputs['failure-code']).toBe('immutable-field')
    expect(said(done)).toMatch(/storage is "5Gi", wanted: "6Gi"\nNext: to enlarge the volume and keep its data, run `/)
  })

  test('names a missing field of the Secret once, and generates no other password', async () => {
    api.seed({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'redis-credentials', namespace },
      data: { host: 'eA==' }
    })
    const done = await plan({ maxmemory: '100mb' })
    expect(done.outputs['failure-code']).toBe('secret-field')
    expect(done.plan.objects.filter(({ id }) => id === 'Secret/redis-credentials')).toMatchObject([
      { action: 'refused' }
    ])
    expect(done.plan.restart).toEqual(['configuration'])
  })
})

describe('a plan that cannot be made', () => {
  const patch = { method: 'PATCH', path: /\/statefulsets\/redis$/ }

  test('reports an API server that disappears meanwhile', async () => {
    api.fault({ ...patch, times: 1000, reply: 'reset' })
    const done = await run(told, { timeout: '3s' })
    expect(done.outputs).toMatchObject({ verdict: 'failed', 'failure-code': 'cluster-unreachable', changed: '' })
    expect(done.result.plan).toBeUndefined()
    expect(done.summary).toMatch(/^### ❌ Redis cache failed: `cluster-unreachable`/)
  })

  test('reports a cancelled run', async () => {
    api.fault({ ...patch, reply: 'hang' })
    const cancelling = new AbortController()
    const watch = setInterval(() => {
      if (api.requests.some(({ method, path }) => method === 'PATCH' && patch.path.test(path))) cancelling.abort()
    }, 20)
    const done = await run(told, {}, { signal: cancelling.signal })
    clearInterval(watch)
    expect(done.outputs).toMatchObject({ verdict: 'failed', 'failure-code': 'cancelled' })
    expect(done.result.plan).toBeUndefined()
    expect(said(done)).toMatch(/^the run was cancelled \(SIGINT\) during plan.*\nNext: run again$/)
  })

  test('reports credentials that the cluster rejects', async () => {
    api.fault({ path: /./, times: 1000, reply: { status: 401, body: { kind: 'Status', reason: 'Unauthorized' } } })
    const done = await run(told)
    expect(done.outputs['failure-code']).toBe('unauthorized')
    expect(done.result.plan).toBeUndefined()
  })
})

test('uses a Secret in the manifests instead of the stored one', async () => {
  const data = (password: string) => {
    const host = 'redis.default.svc'
    const fields = { host, port: '6379', password, url: `redis://:${password}@${host}:6379` }
    return Object.entries(fields)
      .map(([key, value]) => `  ${key}: ${Buffer.from(value).toString('base64')}\n`)
      .join('')
  }
  const metadata = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: redis-credentials\n'
  const [first, second] = ['first', 'second'].map((word) =>
    parseManifest(`${metadata}data:\n${data(`${word}-password`)}`)
  )
  using access = await accessTo(api)
  const documents = await documentsFor()
  const tried = await applying(access, [...documents, ...(first ?? [])], { dryRun: true })
  expect(tried.failure).toBeUndefined()
  expect(tried.credentials?.password).toBe('first-password')
  await applying(access, [...documents, ...(first ?? [])])
  const changed = [...documents, ...(second ?? [])]
  const [before, done] = [await applying(access, changed, { dryRun: true }), await applying(access, changed)]
  expect(before.changes).toEqual(done.changes)
  expect(before.changes).toMatchObject({ 'Secret/redis-credentials': 'configured', 'StatefulSet/redis': 'configured' })
})
