import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { expectNoSecret } from '../support/captured.ts'
import { type AwsStandIn, awsStandIn, putSecret, storeFor } from '../support/cluster/aws-stand-in.ts'
import { type Deployment, deploy } from '../support/cluster/deploy.ts'
import { kubectl, kubectlWithInput } from '../support/cluster/kubectl.ts'
import { testNamespace } from '../support/cluster/namespace.ts'
import { root } from '../support/root.ts'
import { type CacheScene, cacheScene, untilReached } from './tls-cache.ts'

const run = promisify(execFile)
const aws = awsStandIn()
if (aws === undefined) test.skip('production (AWS_STAND_IN names no stand-in for AWS)', () => {})
else describe('a production deployment', () => cases(aws))

/** Gives the deployer of a namespace what a managed cache needs, and nothing else. */
async function grantManaged(namespace: string): Promise<void> {
  const rbac = await kubectl('kustomize', join(root, 'manifests', 'rbac-managed'))
  await kubectlWithInput(rbac.replaceAll('hospital-erp-system', namespace), 'apply', '-f', '-')
}

const settings = {
  ReplicasPerNodeGroup: 1,
  MultiAZEnabled: true,
  AutomaticFailoverEnabled: true,
  AtRestEncryptionEnabled: true,
  TransitEncryptionEnabled: true,
  UserGroupIds: ['backends'],
  SnapshotRetentionLimit: 3,
  Engine: 'redis',
  CacheNodeType: 'cache.t4g.micro'
}

function cases(standIn: AwsStandIn): void {
  const group = `test-${randomBytes(4).toString('hex')}`
  const remoteSecret = `test/${group}`
  const secrets: string[] = []
  let host: string
  let scene: CacheScene
  let directory: string

  beforeAll(async () => {
    host = await createGroup(group)
    // A Redis with TLS stands for the cache itself, and pods find it by the name that AWS gave the group.
    scene = await cacheScene(host)
    const address = await scene.namespace.kubectl('get', 'service', 'cache', '--output=jsonpath={.spec.clusterIP}')
    await run(join(standIn.program, '..', 'cluster'), ['host', host, address])
    await untilReached(scene)
    await scene.namespace.kubectl('delete', 'secret', 'redis-credentials')
    await grantManaged(scene.namespace.name)
    await storeFor(standIn, scene.namespace)
    await putFields(scene.password)
    directory = await mkdtemp(join(tmpdir(), 'production-'))
    await writeFile(join(directory, 'authority.pem'), scene.authority.certificate)
  })
  afterAll(async () => {
    await scene[Symbol.asyncDispose]()
    await rm(directory, { recursive: true })
  })
  afterEach(async () => expect(await scene.otherPods()).toEqual([]))

  async function createGroup(id: string, changed: object = {}): Promise<string> {
    const { stdout } = await run(standIn.program, ['elasticache', id, JSON.stringify({ ...settings, ...changed })])
    const created: { NodeGroups: [{ PrimaryEndpoint: { Address: string } }] } = JSON.parse(stdout)
    return created.NodeGroups[0].PrimaryEndpoint.Address
  }

  /** Stores the four fields in the Secrets Manager, as an operator does after a rotation. */
  async function putFields(password: string): Promise<void> {
    secrets.push(password)
    await putSecret(standIn, remoteSecret, { host, port: 6379, password, url: `rediss://:${password}@${host}:6379` })
  }

  const production = { environment: 'production', 'secret-store': 'SecretStore/aws', 'remote-secret': remoteSecret }

  async function deployed(inputs: Record<string, string> = {}): Promise<Deployment> {
    const { accessKeyId, secretAccessKey } = standIn.credentials
    const deployment = await deploy(
      scene.namespace,
      {
        ...production,
        'elasticache-replication-group': group,
        'aws-region': standIn.region,
        ...inputs
      },
      {
        env: {
          AWS_ENDPOINT_URL: standIn.endpoint,
          AWS_ACCESS_KEY_ID: accessKeyId,
          AWS_SECRET_ACCESS_KEY: secretAccessKey,
          NODE_EXTRA_CA_CERTS: join(directory, 'authority.pem')
        }
      }
    )
    expectNoSecret(deployment.captured, [...secrets, secretAccessKey])
    return deployment
  }

  // In order: each test goes on from what the one before it left in the cluster.
  test('passes with everything proven the first time', async () => {
    const { outputs, summary, rendered } = await deployed()
    expect(rendered).toContain('verdict: passed')
    expect(outputs).toMatchObject({ verdict: 'passed', topology: 'managed', changed: 'true', created: '1' })
    expect(outputs['maxmemory-bytes']).toBe(String(64 * 1024 ** 2))
    expect(summary).toContain('is proven to work, asked by a backend pod (production, namespace')
    for (const phase of ['render', 'apply', 'secret', 'elasticache', 'connection'])
      expect(summary).toContain(`| ${phase} | ✅ |`)
  })

  test('changes nothing the second time', async () => {
    expect((await deployed()).outputs).toMatchObject({ verdict: 'passed', changed: 'false', unchanged: '1' })
  })

  test('fails for a token that was rotated in AWS but not in ElastiCache', async () => {
    await putFields(randomBytes(24).toString('hex'))
    const { outputs, summary } = await deployed()
    expect(outputs['failure-code']).toBe('redis-auth')
    expect(summary).toContain('| secret | ✅ |')
    await putFields(scene.password)
  })

  test('fails for a group that misses a requirement, unless it is relaxed', async () => {
    const weak = `${group}-weak`
    const other = await createGroup(weak, { MultiAZEnabled: false, SnapshotRetentionLimit: 0 })
    const failed = await deployed({ 'elasticache-replication-group': weak })
    expect(failed.outputs['failure-code']).toBe('elasticache-settings')
    for (const word of ['multi-az', 'backups', 'endpoint']) expect(failed.summary).toContain(word)
    expect(failed.summary).toContain(other)
    const relaxed = { 'elasticache-replication-group': weak, 'elasticache-relax': 'multi-az, backups, endpoint' }
    const passed = await deployed(relaxed)
    expect(passed.outputs['verdict']).toBe('passed')
    expect(passed.summary.match(/⚠️/g)).toHaveLength(3)
  })

  test('switches a namespace with a self-hosted Redis and names the leftovers', async () => {
    await using namespace = await testNamespace()
    expect((await deploy(namespace)).rendered).toContain('verdict: passed')
    await grantManaged(namespace.name)
    await storeFor(standIn, namespace)
    const inputs = { ...production, 'probe-from': 'none' }
    const { summary, outputs } = await deploy(namespace, inputs)
    expect(outputs['verdict']).toBe('passed')
    const command = `kubectl -n ${namespace.name} delete configmap/redis-config networkpolicy/redis service/redis`
    expect(summary).toContain(`${command} service/redis-headless statefulset/redis`)
    expect(await namespace.credential('host')).toBe(host)
    expect(await namespace.kubectl('get', 'pods', '--output=name')).toBe('pod/redis-0\n')
  })

  test('reports that the cache was not probed on request', async () => {
    const { summary, outputs } = await deployed({ 'probe-from': 'none' })
    expect(outputs['verdict']).toBe('passed')
    expect(summary).toContain(
      '### ✅ The Secret and the settings of ElastiCache were verified; no connection was tried'
    )
  })

  test('refuses inputs of the other topology before any request', async () => {
    const { outputs } = await deployed({ 'redis-password': `${randomBytes(12).toString('hex')}` })
    expect(outputs['failure-code']).toBe('invalid-input')
  })
}
