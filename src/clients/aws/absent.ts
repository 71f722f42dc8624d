import { Failure } from '../../core/failure.ts'
import { listed } from '../../core/listing.ts'
import { sanitizeLine } from '../../core/sanitize.ts'

/** The requested replication group. */
export interface Wanted {
  id: string
  region: string
}

/** What was found instead of the replication group. */
export interface Elsewhere {
  /** There is a serverless cache with this name. */
  serverless: boolean
  /** There is a node with this name; it may belong to a group. */
  cluster: { engine: string | undefined; replicationGroup: string | undefined } | undefined
  /** The groups of the region, none if they must not be listed. */
  groups: string[]
  /** The actions whose permission would have revealed more. */
  refused: string[]
}

/** The failure for a missing replication group, naming what exists instead. */
export function absentGroupFailure(wanted: Wanted, { serverless, cluster, groups, refused }: Elsewhere): Failure {
  const fail = (sentence: string, hint: string) => new Failure('elasticache-settings', sentence, hint)
  const where = `${wanted.id} in ${wanted.region}`
  if (serverless) {
    return fail(
      `${where} is a serverless cache, not a replication group, so it has no settings to compare`,
      'leave elasticache-replication-group empty: serverless caches are always Multi-AZ and encrypted, and connectivity is verified anyway'
    )
  }
  if (cluster?.replicationGroup !== undefined) {
    const group = sanitizeLine(cluster.replicationGroup)
    return fail(`${where} is one node of the replication group ${group}`, `set elasticache-replication-group: ${group}`)
  }
  if (cluster?.engine === 'memcached') {
    return fail(
      `${where} is a Memcached cluster, which supports neither replication nor Redis commands`,
      'set elasticache-replication-group to a replication group of Redis OSS or Valkey'
    )
  }
  if (cluster !== undefined) {
    return fail(
      `${where} is a node-based cluster without a replication group: if its only node fails, nothing takes over`,
      `create a replication group with a replica and encryption, and put its primary endpoint into the AWS secret; \`aws elasticache create-replication-group --region ${wanted.region} --primary-cluster-id ${wanted.id} …\` makes one of this node, but cannot encrypt it at rest`
    )
  }
  return fail(`there is no replication group ${where}${others(groups)}`, otherHint(wanted.region, refused))
}

const shownGroups = 10

function others(groups: readonly string[]): string {
  if (groups.length === 0) return ''
  const ids = groups.map((id) => sanitizeLine(id, 50))
  return `; there ${groups.length === 1 ? 'is' : 'are'} ${listed(ids, ', ', shownGroups)}`
}

function otherHint(region: string, refused: readonly string[]): string {
  const list = `\`aws elasticache describe-replication-groups --region ${region} --query "ReplicationGroups[].ReplicationGroupId"\``
  const hint = `correct elasticache-replication-group, aws-region, or the AWS account of the credentials; compare with ${list}`
  if (refused.length === 0) return hint
  return `${hint}; to check for other kinds of cache it needs ${refused.map((action) => `elasticache:${action}`).join(' and ')}`
}
