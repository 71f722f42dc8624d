import type { ReplicationGroupFacts } from '../../clients/aws/facts.ts'
import type { Credentials } from '../../core/credentials.ts'
import type { Check } from '../../core/result.ts'
import type { Requirement } from './requirements.ts'

/** Where the Secret says that the cache is. */
export type SecretAddress = Pick<Credentials, 'host' | 'port'>

export interface ElastiCacheInputs {
  /** The ID of the replication group. */
  group: string
  /** Undefined where the environment of AWS knows it. */
  region: string | undefined
  /** What need not hold. */
  relaxed: ReadonlySet<Requirement>
  credentials: SecretAddress
}

export interface ElastiCacheDeps {
  /** @throws Failure where AWS does not tell, or has no such group */
  describe(group: string, region: string | undefined): Promise<ReplicationGroupFacts>
  /** Told of every check as soon as it is known. */
  checked(check: Check): void
  log(line: string): void
}
