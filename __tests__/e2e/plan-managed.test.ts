import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { noteOn, type Planned, planned, told } from '../integration/planning.ts'
import { type AwsStandIn, awsStandIn, putSecret, storeFor } from '../support/cluster/aws-stand-in.ts'
import { deploy, expectClean } from '../support/cluster/deploy.ts'
import { identityOf } from '../support/cluster/identity.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'
import { type Planner, plannerOf } from '../support/cluster/planner.ts'
import { generatedCredentials } from '../support/generated-credentials.ts'

const aws = awsStandIn()
if (aws === undefined) test.skip('a plan of production (AWS_STAND_IN names no stand-in for AWS)', () => {})
else describe('a plan of production', () => cases(aws))

function cases(standIn: AwsStandIn): void {
  const fields = generatedCredentials()
  let namespace: TestNamespace
  let planner: Planner
  let inputs: Record<string, string>

  beforeAll(async () => {
    namespace = await testNamespace()
    planner = await plannerOf(namespace)
    await identityOf(namespace, 'rbac-managed', 'redis-cache-deployer')
    await storeFor(standIn, namespace)
    const remoteSecret = `${namespace.name}/redis`
    await putSecret(standIn, remoteSecret, fields)
    inputs = {
      environment: 'production',
      'secret-store': 'SecretStore/aws',
      'remote-secret': remoteSecret,
      'probe-from': 'none'
    }
  })
  afterAll(async () => {
    await planner[Symbol.asyncDispose]()
    await namespace[Symbol.asyncDispose]()
  })

  /** Plans as the planner, who may do no more; no value is in any byte that is left. */
  async function plan(more: Record<string, string> = {}): Promise<Planned> {
    const run = await planned({ ...namespace, kubeconfig: planner.kubeconfig }, { ...inputs, ...more })
    await expectClean(run, namespace, fields.password, fields.url)
    return run
  }

  const externalSecret = () =>
    namespace.kubectl('get', 'externalsecret', 'redis-credentials', '--output=jsonpath={.metadata.annotations} {.spec}')

  // In order: each test goes on from what the one before it left in the cluster.
  test('of the first deployment notes that an unsynced Secret cannot be judged', async () => {
    const { outputs, plan: found, result } = await plan()
    expect(outputs).toMatchObject({ verdict: 'planned', topology: 'managed', created: '1' })
    expect(found.objects).toMatchObject([{ id: 'ExternalSecret/redis-credentials', action: 'create' }])
    expect(result.notes).toEqual([
      'Secret/redis-credentials does not exist yet: its fields can only be checked after the first sync.'
    ])
    expect(await namespace.kubectl('get', 'externalsecrets,secrets', '--output=name')).not.toContain(
      'redis-credentials'
    )
  })

  test('of an unchanged deployment checks the Secret and forces no sync', async () => {
    expect((await deploy(namespace, inputs)).outputs).toMatchObject({ verdict: 'passed', created: '1' })
    const before = await externalSecret()
    const { plan: found, result } = await plan()
    expect(found.sentence).toBe('nothing to change')
    expect(result.checks?.map(({ name, passed }) => [name, passed])).toEqual(
      ['host', 'port', 'password', 'url'].map((key) => [`Secret key ${key}`, true])
    )
    expect(await externalSecret()).toBe(before)
  })

  test('of another AWS secret predicts the change of the ExternalSecret', async () => {
    const other = { 'remote-secret': `${namespace.name}/other` }
    await putSecret(standIn, other['remote-secret'], fields)
    const { plan: found, actions, captured } = await plan(other)
    expect(found.sentence).toBe('1 to change')
    expect(captured).toContain(`+        key: ${namespace.name}/other`)
    const done = await told(namespace, { ...inputs, ...other })
    expect(done.outputs['verdict']).toBe('passed')
    expect(actions).toEqual({ 'ExternalSecret/redis-credentials': 'change' })
    expect(done.result.objects).toMatchObject([{ id: 'ExternalSecret/redis-credentials', change: 'configured' }])
    expect((await plan(other)).plan.sentence).toBe('nothing to change')
    inputs = { ...inputs, ...other }
  })

  test('fails like a deployment if the Secret is invalid', async () => {
    await putSecret(standIn, inputs['remote-secret'] ?? '', { ...fields, port: '6380' })
    await namespace.kubectl('annotate', 'externalsecret', 'redis-credentials', 'force-sync=now', '--overwrite')
    while ((await namespace.credential('port')) !== '6380') await sleep(100)
    const run = await plan()
    expect(run.outputs).toMatchObject({ verdict: 'failed', 'failure-code': 'secret-field' })
    expect(run.actions).toEqual({ 'ExternalSecret/redis-credentials': 'unchanged' })
    expect(noteOn(run, 'ExternalSecret/redis-credentials')).toBeUndefined()
    expect(run.rendered).toMatch(/Secret\/redis-credentials in namespace \S+ is invalid: /)
  })
}
