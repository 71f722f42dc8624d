import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { programPath } from '../support/bundles/programs.ts'
import { runComposite } from '../support/composite/run-composite.ts'
import { generatedCredentials } from '../support/generated-credentials.ts'
import { runNodeAction } from '../support/node-action.ts'
import { root } from '../support/root.ts'
import { searchPath } from '../support/search-path.ts'
import { type SourceAction, sourceAction } from '../support/source-action.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { namespace } from './rendering.ts'

let stage: Stage
let action: SourceAction

beforeAll(async () => {
  stage = await startStage()
  action = await sourceAction()
  stage.api.operator.hold('hospital-erp/redis', generatedCredentials())
  // What there is to verify, and what is left over when the cache becomes a managed one.
  expect(await deploy()).toContain('is proven to work')
})
afterAll(async () => {
  await action[Symbol.asyncDispose]()
  await stage[Symbol.asyncDispose]()
})

const env = () => ({ KUBECONFIG: stage.kubeconfig, PATH: searchPath(root) })

/** @returns what the run says, hints included */
async function deploy(inputs: Record<string, string> = {}): Promise<string> {
  const password = inputs['environment'] === 'production' ? {} : { 'redis-password': stage.password }
  const { summary } = await runComposite({
    action: action.path,
    inputs: { environment: 'staging', namespace, timeout: '90s', ...password, ...inputs },
    env: env()
  })
  return summary
}

async function verify(inputs: Record<string, string> = {}): Promise<string> {
  const { summary } = await runNodeAction({
    action: join(root, 'verify', 'action.yml'),
    program: programPath('verify'),
    inputs: { environment: 'staging', namespace, ...inputs },
    env: env()
  })
  return summary
}

/** Refuses the next request of that kind as the authorizer of a real server does. */
function deny(method: string, path: RegExp, verb: string, resource: string, name?: string, scope?: string): void {
  const [plural = '', group = ''] = resource.split(' in ')
  const place = scope ?? `in the namespace "${namespace}"`
  const message =
    `${plural.split('/')[0]}${name === undefined ? '' : ` "${name}"`} is forbidden: User "ci" cannot ${verb} resource ` +
    `"${plural}" in API group "${group}" ${place}`
  const body = { kind: 'Status', status: 'Failure', reason: 'Forbidden', code: 403, message }
  stage.api.fault({ method, path, reply: { status: 403, body } })
}

const production = { environment: 'production', 'probe-from': 'none' }
const pods = /\/pods$/
const service = /\/services\/redis$/

describe('a missing permission', () => {
  test.each<[string, string, () => void, () => Promise<string>]>([
    [
      'a deploy of a self-hosted Redis',
      'rbac',
      () => deny('PATCH', service, 'patch', 'services', 'redis'),
      () => deploy()
    ],
    [
      'its port-forward',
      'rbac',
      () => deny('GET', /\/portforward$/, 'create', 'pods/portforward', 'redis-0'),
      () => deploy()
    ],
    [
      'its pods that ask',
      'rbac-probe',
      () => deny('POST', pods, 'create', 'pods'),
      () => deploy({ 'probe-from': 'cluster' })
    ],
    [
      'a plan',
      'rbac-planner',
      () => deny('PATCH', service, 'patch', 'services', 'redis'),
      () => deploy({ 'dry-run': 'server' })
    ],
    ['a verification', 'rbac-reader', () => deny('GET', service, 'get', 'services', 'redis'), () => verify()],
    [
      'its port-forward',
      'rbac-reader',
      () => deny('GET', /\/portforward$/, 'create', 'pods/portforward', 'redis-0'),
      () => verify()
    ],
    // From here on redis-credentials is that of a managed cache.
    [
      'a deploy of a managed cache',
      'rbac-managed',
      () =>
        deny('PATCH', /\/externalsecrets\//, 'create', 'externalsecrets in external-secrets.io', 'redis-credentials'),
      () => deploy(production)
    ],
    [
      'its look for left-over objects',
      'rbac-managed',
      () => deny('GET', service, 'get', 'services', 'redis'),
      () => deploy(production)
    ],
    [
      'its pod that asks',
      'rbac-managed',
      () => deny('POST', pods, 'create', 'pods'),
      () => deploy({ environment: 'production', 'probe-from': 'cluster' })
    ],
    [
      'its look for left-over objects',
      'rbac-reader',
      () => deny('GET', service, 'get', 'services', 'redis'),
      () => verify(production)
    ]
  ])('names the Role for the identity: %s: %s', async (_what, role, denied, run) => {
    denied()
    const summary = await run()
    const named = [...summary.matchAll(/manifests\/(rbac[a-z-]*)/g)].map(([, folder]) => folder)
    expect([...new Set(named)]).toEqual([role])
  })

  test('is explained with an alternative if no Role can grant it', async () => {
    deny('POST', /\/api\/v1\/namespaces$/, 'create', 'namespaces', undefined, 'at the cluster scope')
    const summary = await deploy({ ...production, 'create-namespace': 'true' })
    expect(summary).toContain('have an administrator create the namespace; or give ci this rule in a ClusterRole')
    expect(summary).not.toContain('manifests/rbac')
  })
})
