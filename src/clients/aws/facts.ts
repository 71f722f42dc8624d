import type { Endpoint as AwsEndpoint, ReplicationGroup } from '@aws-sdk/client-elasticache'

export interface Endpoint {
  host: string
  port: number
}

/** A shard: one primary and its replicas. */
export interface NodeGroup {
  id: string
  /** Only with cluster mode disabled. */
  primary: Endpoint | undefined
  reader: Endpoint | undefined
  nodes: { id: string; zone: string | undefined }[]
}

/** The description of a replication group, translated from that of AWS; its texts are untrusted. */
export interface ReplicationGroupFacts {
  id: string
  region: string
  /** `available`, `modifying`, `snapshotting` … */
  status: string
  /** `enabled` or `disabled`. */
  multiAz: string
  /** `enabled`, `enabling`, `disabling` or `disabled`. */
  automaticFailover: string
  encryptedAtRest: boolean
  /** `preferred` also admits connections without TLS. */
  tls: 'required' | 'preferred' | 'off'
  authToken: boolean
  userGroups: string[]
  /** The retention of automatic backups in days; 0 means that there are none. */
  backupDays: number
  /** Only with cluster mode enabled. */
  configuration: Endpoint | undefined
  nodeGroups: NodeGroup[]
  /** The Global Datastore whose writes this group replicates from another region; it accepts no writes itself. */
  secondaryOf: string | undefined
}

/** What AWS omits is `unknown`, or undefined. */
export function factsOf(group: ReplicationGroup, id: string, region: string): ReplicationGroupFacts {
  return {
    id: group.ReplicationGroupId ?? id,
    region,
    status: group.Status ?? 'unknown',
    multiAz: group.MultiAZ ?? 'unknown',
    automaticFailover: group.AutomaticFailover ?? 'unknown',
    encryptedAtRest: group.AtRestEncryptionEnabled === true,
    tls: tlsOf(group),
    authToken: group.AuthTokenEnabled === true,
    userGroups: group.UserGroupIds ?? [],
    backupDays: group.SnapshotRetentionLimit ?? 0,
    configuration: endpointOf(group.ConfigurationEndpoint),
    nodeGroups: (group.NodeGroups ?? []).map(({ NodeGroupId, PrimaryEndpoint, ReaderEndpoint, NodeGroupMembers }) => ({
      id: NodeGroupId ?? '',
      primary: endpointOf(PrimaryEndpoint),
      reader: endpointOf(ReaderEndpoint),
      nodes: (NodeGroupMembers ?? []).map(({ CacheClusterId, PreferredAvailabilityZone }) => ({
        id: CacheClusterId ?? '',
        zone: PreferredAvailabilityZone
      }))
    })),
    secondaryOf: secondaryOf(group)
  }
}

function secondaryOf({ GlobalReplicationGroupInfo: info }: ReplicationGroup): string | undefined {
  const isSecondary = info?.GlobalReplicationGroupMemberRole?.toUpperCase() === 'SECONDARY'
  return isSecondary ? (info?.GlobalReplicationGroupId ?? 'unknown') : undefined
}

/** A group older than the setting reports none, and requires TLS. */
function tlsOf({ TransitEncryptionEnabled, TransitEncryptionMode }: ReplicationGroup): ReplicationGroupFacts['tls'] {
  if (TransitEncryptionEnabled !== true) return 'off'
  return TransitEncryptionMode === 'preferred' ? 'preferred' : 'required'
}

function endpointOf(endpoint: AwsEndpoint | undefined): Endpoint | undefined {
  return endpoint?.Address === undefined || endpoint.Port === undefined
    ? undefined
    : { host: endpoint.Address, port: endpoint.Port }
}
