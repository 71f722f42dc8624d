import type { ReplicationGroupFacts } from '../../clients/aws/facts.ts'
import type { Credentials } from '../../core/credentials.ts'
import type { Check } from '../../core/result.ts'
import type { Requirement } from './requirements.ts'

/** The address of the cache in the Secret. */
export type SecretAddress = Pick<Credentials, 'host' | 'port'>

export interface ElastiCacheInputs {
  /** The ID of the replication group. */
  group: string
  /** Undefined if it is taken from the environment of AWS. */
  region: string | undefined
  /** The relaxed requirements. */
  relaxed: ReadonlySet<Requirement>
  credentials: SecretAddress
}

export interface ElastiCacheDeps {
  /** @throws Failure if AWS does not respond, or has no such group */
  describe(group: string, region: string | undefined): Promise<ReplicationGroupFacts>
  /** Called with every check as soon as it is known. */
  checked(check: Check): void
  log(line: string): void
}
