import { randomBytes } from 'node:crypto'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { expectNoSecret } from '../support/captured.ts'
import { type GitRepository, gitRepository } from '../support/git-repository.ts'
import { root } from '../support/root.ts'
import { statefulSetPatch } from '../support/workspace.ts'
import { clientPlan } from './client-planning.ts'

const passwords = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')] as const
let origin: GitRepository
/** The last commit that main and the branch `change` share. */
let forked: string

const grace = (seconds: number) =>
  statefulSetPatch({ op: 'replace', path: '/spec/template/spec/terminationGracePeriodSeconds', value: seconds })
const kustomization = (resources: string[], ...patches: object[]) =>
  JSON.stringify({ resources: ['../manifests/base', ...resources], patches })
const configMap = (name: string) =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: {} })
const secret = (password: string) =>
  JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'own' }, stringData: { password } })
const monitor = JSON.stringify({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PodMonitor',
  metadata: { name: 'redis' },
  spec: { anything: 1 }
})

beforeAll(async () => {
  origin = await gitRepository()
  await cp(join(root, 'manifests', 'base'), join(origin.path, 'deploy', 'manifests', 'base'), { recursive: true })
  forked = await origin.commit({
    'deploy/redis/kustomization.yaml': kustomization(['gone.yaml', 'monitor.yaml', 'secret.yaml'], grace(60)),
    'deploy/redis/gone.yaml': configMap('gone'),
    'deploy/redis/monitor.yaml': monitor,
    'deploy/redis/secret.yaml': secret(passwords[0])
  })
  await origin.git('checkout', '--quiet', '-b', 'change')
  await origin.commit({
    'deploy/redis/kustomization.yaml': kustomization(['new.yaml', 'monitor.yaml', 'secret.yaml'], grace(61)),
    'deploy/redis/gone.yaml': undefined,
    'deploy/redis/new.yaml': configMap('new'),
    'deploy/redis/secret.yaml': secret(passwords[1])
  })
  await origin.git('checkout', '--quiet', 'main')
  // main goes on, which is no change of the branch.
  await origin.commit({ 'deploy/redis/kustomization.yaml': kustomization(['monitor.yaml', 'secret.yaml'], grace(30)) })
})
afterAll(async () => origin[Symbol.asyncDispose]())

test('shows what a pull request changes, and only whether a Secret changes', async () => {
  const plan = await clientPlan(await origin.checkout('change'))
  expect(plan.conclusion).toBe('success')
  expect(plan.outputs).toMatchObject({
    verdict: 'planned',
    changed: 'true',
    created: '1',
    configured: '2',
    unchanged: '5'
  })
  expect(plan.summary.split('\n')[0]).toBe(
    '### 📋 Plan: 1 to create, 2 to change, 1 no longer rendered, redis-0 would restart (pod template) ' +
      '(clinic, namespace `default`)'
  )
  expect(plan.summary).toContain('No cluster was contacted')
  expect(plan.summary).toMatch(
    new RegExp(`\\| base \\| ✅ \\| [^|]+ \\| 8 objects of main at ${forked.slice(0, 7)} \\|`)
  )
  expect(plan.summary).toContain('| `ConfigMap/gone` | no longer rendered | not deleted where it is deployed |')
  expect(plan.summary).toContain('there is no schema for PodMonitor in monitoring.coreos.com/v1')
  expect(plan.diff).toMatch(/^-.*terminationGracePeriodSeconds: 60\n\+.*terminationGracePeriodSeconds: 61$/m)
  expect(plan.diff).toContain('# ConfigMap/new')
  expect(plan.diff).toMatch(/password: \(changed, not shown\)/)
  expect(plan.diff).toMatch(/^# ConfigMap\/gone\n@@ .*\n-apiVersion: v1$/m)
  expect(plan.rendered).toContain('StatefulSet/redis: change')
  expectNoSecret(plan.captured, [...passwords, ...passwords.map((text) => Buffer.from(text).toString('base64'))])
  expect(plan.leftovers).toEqual([])
})

test('names every mistake in the manifests, each object by itself', async () => {
  const checkout = await origin.checkout('change')
  const directory = join(checkout, 'deploy', 'manifests', 'base')
  const edit = async (file: string, from: string, to: string) => {
    const text = await readFile(join(directory, file), 'utf8')
    expect(text).toContain(from)
    await writeFile(join(directory, file), text.replaceAll(from, to))
  }
  await edit('redis-statefulset.yaml', 'periodSeconds: 10', 'peroidSeconds: 10')
  await edit('redis-service.yaml', 'port: 6379', "port: '6379'")
  const plan = await clientPlan(checkout)
  expect(plan.conclusion).toBe('failure')
  expect(plan.outputs).toMatchObject({ verdict: 'failed', 'failure-code': 'invalid-manifest' })
  const [annotation, ...others] = plan.annotations.filter(({ source }) => source === 'step')
  expect(others).toEqual([])
  const probe = '.livenessProbe.peroidSeconds is not a field of Kubernetes 1.36; periodSeconds was probably meant'
  for (const sentence of [
    `StatefulSet/redis: .spec.template.spec.containers[0]${probe}`,
    `StatefulSet/redis: .spec.template.spec.containers[1]${probe}`,
    'Service/redis: .spec.ports[0].port must be an integer, but is another text',
    'Next: correct the named fields'
  ]) {
    expect(annotation?.message).toContain(sentence)
  }
  expect(plan.summary).toContain('### ❌ This would fail: `invalid-manifest`')
  expect(plan.summary).toMatch(/\| `Service\/redis` \| ❌ refused \| .*must be an integer/)
  expect(plan.diff).toMatch(/^\+.*peroidSeconds: 10$/m)
})

test('a cache that keeps no data is right, and the report says so', async () => {
  const checkout = await origin.checkout('change')
  const file = join(checkout, 'deploy', 'manifests', 'base', 'redis-config.yaml')
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace('appendonly yes', 'appendonly no').replace('save 60 10000', 'save ""'))
  const plan = await clientPlan(checkout)
  expect(plan.outputs['verdict']).toBe('planned')
  expect(plan.summary).toContain(
    'The cache is not persistent: redis.conf has neither an append-only file nor save points'
  )
})

test('no kubeconfig is read, and nothing is sent', async () => {
  let connections = 0
  const server = createServer((socket) => {
    connections++
    socket.destroy()
  })
  const directory = await mkdtemp(join(tmpdir(), 'kubeconfig-'))
  try {
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    const kubeconfig = JSON.stringify({
      'current-context': 'x',
      clusters: [{ name: 'x', cluster: { server: address } }],
      users: [{ name: 'x', user: { token: 'x' } }],
      contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }]
    })
    await writeFile(join(directory, 'config'), kubeconfig)
    const environment = { KUBECONFIG: join(directory, 'config'), HTTPS_PROXY: address, HTTP_PROXY: address }
    const checkout = await origin.checkout('change')
    // Which would be refused if it were read.
    const plan = await clientPlan(checkout, { kubeconfig: 'nonsense' }, environment)
    expect(plan.outputs['verdict']).toBe('planned')
    expect(connections).toBe(0)
    // The same with a cluster, so that this test is known to see a connection.
    const asked = await clientPlan(checkout, { 'dry-run': 'server', timeout: '3s' }, environment)
    expect(asked.outputs['failure-code']).toBe('cluster-unreachable')
    expect(connections).toBeGreaterThan(0)
  } finally {
    server.close()
    await rm(directory, { recursive: true })
  }
})
