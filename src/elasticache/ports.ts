import type { Credentials } from '../credentials.ts'
import type { Check } from '../result.ts'
import type { Requirement } from './requirements.ts'

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

/** What AWS tells of a replication group; its texts are not trusted. */
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
  /** How long automatic backups are kept; 0 means that there are none. */
  backupDays: number
  /** Only with cluster mode enabled. */
  configuration: Endpoint | undefined
  nodeGroups: NodeGroup[]
  /** The Global Datastore whose writes this group copies from another region, and takes none itself. */
  secondaryOf: string | undefined
}

/** Where the Secret says that the cache is. */
export type Address = Pick<Credentials, 'host' | 'port'>

export interface ElastiCacheInputs {
  /** The ID of the replication group. */
  group: string
  /** Undefined where the environment of AWS knows it. */
  region: string | undefined
  /** What need not hold. */
  relaxed: ReadonlySet<Requirement>
  credentials: Address
}

export interface ElastiCachePorts {
  /** @throws Failure where AWS does not tell, or has no such group */
  describe(group: string, region: string | undefined): Promise<ReplicationGroupFacts>
  /** Told of every check as soon as it is known. */
  checked(check: Check): void
  log(line: string): void
}
