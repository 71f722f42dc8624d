import { describe, expect, test } from '@jest/globals'
import { requirements } from '../../src/phases/elasticache/requirements.ts'
import { describedGroup, describedShards, domain, type Fields, shard } from '../support/elasticache-api/group.ts'
import { verifying } from './elasticache-verifying.ts'

const modify =
  'aws elasticache modify-replication-group --replication-group-id sessions --region eu-central-1 --apply-immediately'

describe('a correct replication group', () => {
  test('passes every check with one signed request', async () => {
    const { failure, result, checked, log, requests } = await verifying(() => describedGroup())
    expect(failure).toBeUndefined()
    expect(result).toEqual(checked)
    expect(checked).toEqual([
      { name: 'status', passed: true, detail: 'available' },
      { name: 'multi-az', passed: true, detail: 'Multi-AZ is enabled' },
      { name: 'automatic-failover', passed: true, detail: 'automatic failover is enabled' },
      { name: 'encryption-at-rest', passed: true, detail: 'encrypted' },
      { name: 'encryption-in-transit', passed: true, detail: 'TLS is required' },
      { name: 'authentication', passed: true, detail: 'auth token' },
      { name: 'backups', passed: true, detail: 'kept for 7 days' },
      { name: 'replica-in-another-zone', passed: true, detail: '2 nodes in eu-central-1a, eu-central-1b' },
      { name: 'endpoint', passed: true, detail: `the primary endpoint is master.sessions.${domain}:6379` }
    ])
    expect(log[0]).toBe('replication group sessions in eu-central-1')
    expect(log.slice(1)).toEqual(checked.map(({ name, detail }) => `✓ ${name}: ${detail}`))
    expect(requests.map(({ action }) => action)).toEqual(['DescribeReplicationGroups'])
    expect(requests[0]?.parameters.get('ReplicationGroupId')).toBe('sessions')
    expect(requests[0]?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=ASIA\w+\/\d{8}\/eu-central-1\/elasticache\/aws4_request, .*Signature=[0-9a-f]{64}$/
    )
    expect(requests[0]?.headers['user-agent']).toContain('redis-cache-action')
  })

  test('with cluster mode passes with its configuration endpoint and a replica in every shard', async () => {
    const zones = ['eu-central-1a', 'eu-central-1b']
    const { failure, checked } = await verifying(() => describedShards([zones, zones, zones]), {
      credentials: { host: `clustercfg.sessions.${domain}`, port: '6379' }
    })
    expect(failure).toBeUndefined()
    expect(checked.slice(-2).map(({ detail }) => detail)).toEqual([
      'each of 3 shards has nodes in two zones or more',
      `the configuration endpoint is clustercfg.sessions.${domain}:6379`
    ])
  })

  test.each<[string, Fields]>([
    ['takes its daily backup', { Status: 'snapshotting' }],
    [
      'takes the writes of a Global Datastore',
      { GlobalReplicationGroupInfo: [['GlobalReplicationGroupMemberRole', 'PRIMARY']] }
    ],
    ['is older than the modes of TLS', { TransitEncryptionMode: undefined }],
    ['has a user group instead of a token', { AuthTokenEnabled: false, UserGroupIds: [['member', 'backends']] }]
  ])('passes even if it %s', async (_situation, fields) => {
    expect((await verifying(() => describedGroup(fields))).failure).toBeUndefined()
  })
})

describe('an incorrect replication group', () => {
  test.each<[situation: string, requirement: string, seen: string, fields: Fields]>([
    ['is being changed', 'status', 'modifying', { Status: 'modifying' }],
    ['is not Multi-AZ', 'multi-az', 'Multi-AZ is disabled', { MultiAZ: 'disabled' }],
    [
      'does not fail over yet',
      'automatic-failover',
      'automatic failover is enabling',
      { AutomaticFailover: 'enabling' }
    ],
    ['writes plain text to its disks', 'encryption-at-rest', 'not encrypted', { AtRestEncryptionEnabled: false }],
    [
      'speaks plain text',
      'encryption-in-transit',
      'not encrypted',
      { TransitEncryptionEnabled: false, TransitEncryptionMode: undefined }
    ],
    [
      'also speaks plain text',
      'encryption-in-transit',
      'TLS is possible and not required (mode preferred)',
      { TransitEncryptionMode: 'preferred' }
    ],
    ['lets everybody in', 'authentication', 'neither an auth token nor a user group', { AuthTokenEnabled: false }],
    ['has no backups', 'backups', 'no automatic backups', { SnapshotRetentionLimit: 0 }],
    [
      'is in one zone',
      'replica-in-another-zone',
      '2 nodes in eu-central-1a',
      { NodeGroups: shard('eu-central-1a', 'eu-central-1a') }
    ],
    ['is one node', 'replica-in-another-zone', '1 node in eu-central-1a', { NodeGroups: shard('eu-central-1a') }],
    [
      'copies the writes of another region',
      'endpoint',
      `the primary endpoint is master.sessions.${domain}:6379, which accepts no writes: the group is a secondary of Global Datastore ldgnf-sessions`,
      {
        GlobalReplicationGroupInfo: [
          ['GlobalReplicationGroupId', 'ldgnf-sessions'],
          ['GlobalReplicationGroupMemberRole', 'SECONDARY']
        ]
      }
    ]
  ])('fails because it %s', async (_situation, requirement, seen, fields) => {
    const { failure, checked } = await verifying(() => describedGroup(fields))
    expect(failure).toMatchObject({
      code: 'elasticache-settings',
      message: `replication group sessions in eu-central-1 does not meet the requirements: ${requirement}: ${seen}`
    })
    expect(failure?.hint).toMatch(new RegExp(`; or waive it with elasticache-relax: ${requirement}$`))
    expect(checked.filter(({ passed }) => !passed)).toEqual([{ name: requirement, passed: false, detail: seen }])
    expect(checked).toHaveLength(requirements.length)
    const relaxed = await verifying(() => describedGroup(fields), {
      relaxed: new Set(requirements.filter((name) => name === requirement))
    })
    expect(relaxed.failure).toBeUndefined()
    expect(relaxed.checked.filter((check) => check.relaxed === true)).toEqual([
      { name: requirement, passed: true, relaxed: true, detail: `${seen}; allowed by elasticache-relax` }
    ])
  })

  test('fails with all problems at once and as few commands as possible', async () => {
    const nothing = {
      Status: 'modifying',
      MultiAZ: 'disabled',
      AutomaticFailover: 'disabled',
      AtRestEncryptionEnabled: false,
      TransitEncryptionEnabled: false,
      AuthTokenEnabled: false,
      SnapshotRetentionLimit: 0,
      NodeGroups: shard('eu-central-1a')
    }
    const { failure, checked } = await verifying(() => describedGroup(nothing), {
      credentials: { host: 'redis', port: '6379' }
    })
    expect(checked.map(({ name, passed }) => [name, passed])).toEqual(requirements.map((name) => [name, false]))
    for (const name of requirements) expect(failure?.message).toContain(`${name}: `)
    expect(failure?.hint).toContain(
      `\`${modify} --automatic-failover-enabled --multi-az-enabled --snapshot-retention-limit 1 --snapshotting-cluster-id sessions-001\``
    )
    expect(failure?.hint).toContain(`elasticache-relax: ${requirements.join(',')}`)
  })

  test('does not fail for relaxed requirements', async () => {
    const { failure } = await verifying(() => describedGroup({ MultiAZ: 'disabled', SnapshotRetentionLimit: 0 }), {
      relaxed: new Set(['multi-az', 'status'])
    })
    expect(failure?.message).toBe(
      'replication group sessions in eu-central-1 does not meet the requirements: backups: no automatic backups'
    )
    expect(failure?.hint).not.toContain('multi-az')
  })
})
