import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { at } from '../../src/core/kubernetes/object.ts'
import type { ManifestDocument } from '../../src/core/manifest.ts'
import { expectNoSecret } from '../support/captured.ts'
import { generatedCredentials } from '../support/generated-credentials.ts'
import { type KubernetesApi, startKubernetesApi } from '../support/kubernetes-api/server.ts'
import type { NodeActionResult } from '../support/node-action.ts'
import { verify } from '../support/verify.ts'
import { type Access, accessTo, applying } from './applying.ts'
import { documentsFor, namespace } from './rendering.ts'

const fields = generatedCredentials()
let api: KubernetesApi
let access: Access
let directory: string
let documents: ManifestDocument[]

beforeAll(async () => {
  api = await startKubernetesApi()
  access = await accessTo(api)
  api.operator.hold('hospital-erp/redis', fields)
  directory = await mkdtemp(join(tmpdir(), 'verify-managed-'))
  await writeFile(join(directory, 'kubeconfig'), api.kubeconfig, { mode: 0o600 })
  documents = await documentsFor({ environment: 'production' })
  await deployed()
})
afterAll(async () => {
  access[Symbol.dispose]()
  await api.close()
  await rm(directory, { recursive: true })
})

/** Everything as it is after a deploy. */
async function deployed(): Promise<void> {
  const { failure } = await applying(access, documents, { forceConflicts: true })
  if (failure !== undefined) throw failure
  const isSynced = () => at(api.read('ExternalSecret', namespace, 'redis-credentials'), 'status', 'refreshTime')
  while (isSynced() === undefined) await sleep(20)
}

/** Verifies; whatever comes of it, nothing was written, and no secret was shown. */
async function run(inputs: Record<string, string> = {}): Promise<NodeActionResult> {
  const first = api.requests.length
  const place = { name: namespace, kubeconfig: join(directory, 'kubeconfig') }
  const result = await verify(place, { environment: 'production', ...inputs })
  expect(api.requests.slice(first).filter(({ method }) => method !== 'GET')).toEqual([])
  expectNoSecret(result.captured, [fields.password, encodeURIComponent(fields.password), fields.url, api.token])
  return result
}

const said = ({ annotations }: NodeActionResult) => annotations.map(({ message }) => message).join('\n')

// In order: each test leaves everything as it is after a deploy.
test('passes for a managed cache right after a deployment, with a fresh and valid Secret', async () => {
  const result = await run()
  expect(said(result)).toBe('')
  expect(result.outputs).toMatchObject({ verdict: 'passed', topology: 'managed', revision: '', 'redis-version': '' })
  expect(result.masks).toContain(fields.password)
  expect(result.summary).toContain('and the Secret was verified; no connection was tried')
  expect(result.summary).toContain('| drift | ✅ |')
  expect(result.summary).toContain('| ✅ | ExternalSecret/redis-credentials as rendered |')
  expect(result.summary).toMatch(/\| secret \| ✅ \| [^|]+ \| it is fresh and its fields are valid \|/)
  expect(result.summary).toContain('- The cache was not probed: `probe-from` is `none`.')
  expect(result.summary).toContain('- The settings of ElastiCache were not verified')
})

test('reports an ExternalSecret that reads from elsewhere, and still verifies the Secret', async () => {
  const key = JSON.stringify(api.read('ExternalSecret', namespace, 'redis-credentials'))
  api.operator.hold('another/redis', fields)
  api.seed(JSON.parse(key.replaceAll('hospital-erp/redis', 'another/redis')), { fieldManager: 'kubectl-edit' })
  const result = await run()
  expect(result.outputs).toMatchObject({ verdict: 'failed', 'failure-code': 'config-drift' })
  expect(said(result)).toContain('ExternalSecret/redis-credentials: .spec.data[')
  expect(said(result)).toContain('].remoteRef.key is "another/redis", rendered: "hospital-erp/redis"')
  expect(result.summary).toContain('| secret | ✅ |')
  await deployed()
})

test('does not call a Secret fresh whose ExternalSecret is only synced on changes', async () => {
  const { spec, ...others } = JSON.parse(JSON.stringify(api.read('ExternalSecret', namespace, 'redis-credentials')))
  api.seed({ ...others, spec: { ...spec, refreshPolicy: 'OnChange' } }, { fieldManager: 'kubectl-edit' })
  const result = await run()
  expect(result.summary).toMatch(/\| secret \| ✅ \| [^|]+ \| its fields are valid \|/)
  expect(result.summary).toMatch(/\| ⚠️ \| last sync with AWS \| at .*; not confirmed to match AWS \|/)
  // A deployment would keep what another client added, and fails because of it.
  api.seed({ ...others, spec }, { fieldManager: 'kubectl-edit' })
  await deployed()
})

test('stops after a missing ExternalSecret', async () => {
  api.remove('ExternalSecret', namespace, 'redis-credentials')
  const result = await run()
  expect(said(result)).toBe('ExternalSecret/redis-credentials is missing\nNext: deploy again')
  expect(result.summary).not.toContain('| secret |')
  await deployed()
})

test('reports a Secret that was edited and is invalid', async () => {
  const secret = api.read('Secret', namespace, 'redis-credentials')
  api.operator.stop()
  const broken = { ...secret, data: { ...Object(secret?.['data']), port: Buffer.from('none').toString('base64') } }
  api.seed(JSON.parse(JSON.stringify(broken)), { fieldManager: 'kubectl-edit' })
  const result = await run()
  expect(result.outputs['failure-code']).toBe('secret-field')
  expect(result.summary).toContain('| drift | ✅ |')
  api.operator.start()
})
