import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { describeReplicationGroup } from '../../src/clients/aws/elasticache.ts'
import type { Check } from '../../src/core/result.ts'
import type { SecretAddress } from '../../src/phases/elasticache/deps.ts'
import { verifyReplicationGroup } from '../../src/phases/elasticache/elasticache.ts'
import { type Ended, ended, wordsOf } from '../integration/outcome.ts'
import { expectNoSecret } from '../support/captured.ts'
import { type AwsStandIn, awsStandIn } from '../support/cluster/aws-stand-in.ts'
import { withAwsEnvironment } from '../support/elasticache-api/environment.ts'

const aws = awsStandIn()
if (aws === undefined) test.skip('the settings of ElastiCache (AWS_STAND_IN names no stand-in for AWS)', () => {})
else describe('the checks of a replication group at an AWS stand-in', () => cases(aws))

interface DescribedGroup {
  NodeGroups: [{ PrimaryEndpoint: { Address: string; Port: number } }]
  ConfigurationEndpoint?: { Address: string; Port: number }
}

// The stand-in checks signatures as AWS does, and another client than ours makes the groups.
function cases({ program, endpoint, region, credentials }: AwsStandIn): void {
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

  /** A new group with these settings, and its endpoint; the stand-in forgets it when it ends. */
  async function created(changed: object = {}): Promise<{ id: string; address: SecretAddress }> {
    const id = `test-${randomBytes(4).toString('hex')}`
    const parameters = ['elasticache', id, JSON.stringify({ ...settings, ...changed })]
    const { stdout } = await promisify(execFile)(program, parameters)
    const group: DescribedGroup = JSON.parse(stdout)
    const { Address: host, Port: port } = group.ConfigurationEndpoint ?? group.NodeGroups[0].PrimaryEndpoint
    return { id, address: { host, port: String(port) } }
  }

  /** Verifies a group; the key may stand in nothing that is said. */
  async function verified(
    group: string,
    address: SecretAddress,
    secretAccessKey = credentials.secretAccessKey
  ): Promise<Ended<Check[]>> {
    const log: string[] = []
    const variables = {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey
    }
    const inputs = { group, region, relaxed: new Set<never>(), credentials: address }
    const run = await withAwsEnvironment(variables, () =>
      ended(
        verifyReplicationGroup(inputs, {
          describe: (id, asked) => describeReplicationGroup(id, asked, new AbortController().signal),
          checked: () => undefined,
          log: (line) => void log.push(line)
        })
      )
    )
    const said = [...log, run.failure === undefined ? '' : wordsOf(run.failure)].join('\n')
    expectNoSecret(said, [credentials.secretAccessKey, secretAccessKey])
    return run
  }

  test('pass for a correct group', async () => {
    const token = { AuthToken: randomBytes(16).toString('hex'), UserGroupIds: undefined }
    const { id, address } = await created(token)
    const { failure, result } = await verified(id, address)
    expect(failure).toBeUndefined()
    expect(result?.map(({ name, detail }) => `${name}: ${detail}`)).toEqual([
      'status: available',
      'multi-az: Multi-AZ is enabled',
      'automatic-failover: automatic failover is enabled',
      'encryption-at-rest: encrypted',
      'encryption-in-transit: TLS is required',
      'authentication: auth token',
      'backups: kept for 3 days',
      `replica-in-another-zone: 2 nodes in ${region}a, ${region}b`,
      `endpoint: the primary endpoint is ${address.host}:${address.port}`
    ])
  })

  test('pass with the configuration endpoint of cluster mode', async () => {
    const { id, address } = await created({ ClusterMode: 'enabled', NumNodeGroups: 2 })
    expect(address.host).toMatch(/^clustercfg\./)
    const { failure } = await verified(id, address)
    expect(failure).toBeUndefined()
  })

  test('fail without Multi-AZ and backups, with the commands', async () => {
    const { id, address } = await created({ MultiAZEnabled: false, SnapshotRetentionLimit: 0 })
    const { failure } = await verified(id, address)
    expect(failure).toMatchObject({
      code: 'elasticache-settings',
      message: `replication group ${id} in ${region} does not meet the requirements: multi-az: Multi-AZ is disabled. backups: no automatic backups`,
      hint: expect.stringContaining(
        `\`aws elasticache modify-replication-group --replication-group-id ${id} --region ${region} --apply-immediately `
      )
    })
  })

  test('fail for another group than the Secret names', async () => {
    const [{ id }, other] = await Promise.all([created(), created()])
    const { failure } = await verified(id, other.address)
    expect(failure?.message).toContain(`endpoint: ${other.address.host} is an endpoint of another group, ${other.id};`)
  })

  test('fail for a missing group', async () => {
    const { id, address } = await created()
    const { failure } = await verified(`${id}-typo`, address)
    expect(failure).toMatchObject({ code: 'elasticache-settings' })
    expect(failure?.message).toMatch(new RegExp(`^there is no replication group ${id}-typo in ${region}; there `))
  })

  test('fail with a wrong key', async () => {
    const { id, address } = await created()
    const { failure } = await verified(id, address, randomBytes(30).toString('base64'))
    expect(failure).toMatchObject({
      code: 'unauthorized',
      message: 'AWS rejects the credentials (SignatureDoesNotMatch)'
    })
  })
}
