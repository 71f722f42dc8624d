import { type Answer, result, type Xml } from './answers.ts'

export const domain = 'abc123.euc1.cache.amazonaws.com'
export const primary = `master.sessions.${domain}`

/** Fields of a ReplicationGroup that differ from those of a correct group; undefined leaves one out. */
export type Fields = Record<string, Xml>

/** The group `sessions`, which meets all requirements, with cluster mode disabled. */
export function describedGroup(fields: Fields = {}): Answer {
  return described({ ...asRequired, ...fields })
}

/** The same with cluster mode enabled: `shards` lists the zones of the nodes of each. */
export function describedShards(shards: readonly (readonly string[])[], fields: Fields = {}): Answer {
  const nodeGroups: Xml = shards.map((zones, index): [string, Xml] => {
    const id = String(index + 1).padStart(4, '0')
    return ['NodeGroup', [['NodeGroupId', id], ['Status', 'available'], nodes(`sessions-${id}`, zones, false)]]
  })
  return described({
    ...asRequired,
    ClusterEnabled: true,
    ConfigurationEndpoint: endpoint(`clustercfg.sessions.${domain}`),
    NodeGroups: nodeGroups,
    ...fields
  })
}

/** The shard of a group with cluster mode disabled, its nodes in these zones. */
export function shard(...zones: string[]): Xml {
  return [
    [
      'NodeGroup',
      [
        ['NodeGroupId', '0001'],
        ['Status', 'available'],
        ['PrimaryEndpoint', endpoint(primary)],
        ['ReaderEndpoint', endpoint(`replica.sessions.${domain}`)],
        nodes('sessions', zones, true)
      ]
    ]
  ]
}

/** No group, in the response of some imitations of the API. */
export const noGroups = result('DescribeReplicationGroups', [['ReplicationGroups', []]])

export function describedGroups(...ids: string[]): Answer {
  const groups: Xml = ids.map((id): [string, Xml] => ['ReplicationGroup', [['ReplicationGroupId', id]]])
  return result('DescribeReplicationGroups', [['ReplicationGroups', groups]])
}

const asRequired: Fields = {
  ReplicationGroupId: 'sessions',
  Description: 'cache of the ERP',
  Status: 'available',
  MemberClusters: [
    ['ClusterId', 'sessions-001'],
    ['ClusterId', 'sessions-002']
  ],
  NodeGroups: shard('eu-central-1a', 'eu-central-1b'),
  SnapshottingClusterId: 'sessions-002',
  AutomaticFailover: 'enabled',
  MultiAZ: 'enabled',
  SnapshotRetentionLimit: 7,
  SnapshotWindow: '03:00-04:00',
  ClusterEnabled: false,
  CacheNodeType: 'cache.t4g.small',
  AuthTokenEnabled: true,
  AuthTokenLastModifiedDate: '2026-02-03T04:05:06.789Z',
  TransitEncryptionEnabled: true,
  TransitEncryptionMode: 'required',
  AtRestEncryptionEnabled: true,
  ARN: 'arn:aws:elasticache:eu-central-1:123456789012:replicationgroup:sessions',
  UserGroupIds: [],
  ClusterMode: 'disabled',
  Engine: 'valkey'
}

function described(fields: Fields): Answer {
  return result('DescribeReplicationGroups', [['ReplicationGroups', [['ReplicationGroup', Object.entries(fields)]]]])
}

function endpoint(host: string): Xml {
  return [
    ['Port', 6379],
    ['Address', host]
  ]
}

/** AWS reports roles and names of nodes only without cluster mode. */
function nodes(prefix: string, zones: readonly string[], told: boolean): [string, Xml] {
  const members = zones.map((zone, index): [string, Xml] => {
    const id = `${prefix}-${String(index + 1).padStart(3, '0')}`
    const more: [string, Xml][] = told
      ? [
          ['CurrentRole', index === 0 ? 'primary' : 'replica'],
          ['ReadEndpoint', endpoint(`${id}.sessions.${domain}`)]
        ]
      : []
    return [
      'NodeGroupMember',
      [['CacheClusterId', id], ['CacheNodeId', '0001'], ['PreferredAvailabilityZone', zone], ...more]
    ]
  })
  return ['NodeGroupMembers', members]
}
