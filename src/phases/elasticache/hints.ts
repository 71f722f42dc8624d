import type { ReplicationGroupFacts } from '../../clients/aws/facts.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { mainEndpoint, shownEndpoint } from './checks.ts'
import type { Requirement } from './requirements.ts'

/** What to do about unmet requirements: what to wait for, what to change, and what cannot be changed. */
export function elasticacheHint(failed: readonly Requirement[], facts: ReplicationGroupFacts): string {
  const lacks = (requirement: Requirement) => failed.includes(requirement)
  const advice = [
    lacks('status') && recover(facts),
    // Multi-AZ and automatic failover cannot be enabled without a replica.
    lacks('replica-in-another-zone') && addReplica(facts),
    changeSettings(lacks, facts),
    lacks('encryption-in-transit') && requireTls(facts),
    lacks('authentication') && addToken(facts),
    lacks('encryption-at-rest') &&
      'encryption at rest cannot be changed: create a new group with it, from a backup of this one',
    lacks('endpoint') && storeEndpoint(facts),
    `or waive it with elasticache-relax: ${failed.join(',')}`
  ]
  return advice.filter((text) => typeof text === 'string').join('; ')
}

function recover(facts: ReplicationGroupFacts): string {
  if (facts.status === 'creating' || facts.status === 'modifying')
    return `run again when this ends: ${aws('wait replication-group-available', facts)}`
  return `see what happened: ${command('describe-events --source-type replication-group --source-identifier', facts)}`
}

/** A replica is placed where the fewest nodes are, if the subnet group has a subnet there. */
function addReplica(facts: ReplicationGroupFacts): string {
  const replicas = Math.max(1, Math.min(...facts.nodeGroups.map(({ nodes }) => nodes.length), 5))
  const add = aws('increase-replica-count', facts, `--new-replica-count ${replicas} --apply-immediately`)
  return `add a replica, with a subnet of another zone in the subnet group: ${add}`
}

/** The changes that one command can make. */
function changeSettings(
  lacks: (requirement: Requirement) => boolean,
  facts: ReplicationGroupFacts
): string | undefined {
  // Without cluster mode, AWS requires the node of the backups to be named.
  const source = facts.configuration === undefined ? facts.nodeGroups[0]?.nodes.at(-1)?.id : undefined
  const parameters = [
    ...(lacks('automatic-failover') || lacks('multi-az') ? ['--automatic-failover-enabled'] : []),
    ...(lacks('multi-az') ? ['--multi-az-enabled'] : []),
    ...(lacks('backups') ? ['--snapshot-retention-limit 1'] : []),
    ...(lacks('backups') && source !== undefined ? [`--snapshotting-cluster-id ${sanitizeLine(source)}`] : [])
  ]
  return parameters.length === 0 ? undefined : modify(facts, parameters.join(' '))
}

function requireTls(facts: ReplicationGroupFacts): string {
  const require = modify(facts, '--transit-encryption-mode required')
  if (facts.tls === 'preferred') return `when every client uses TLS: ${require}`
  const prefer = modify(facts, '--transit-encryption-enabled --transit-encryption-mode preferred')
  return `from Redis OSS 7 and Valkey on TLS can be added (${prefer}, and when every client uses it ${require}), before only at creation`
}

/** The token is in a file, so that it is not shown in process lists. */
function addToken(facts: ReplicationGroupFacts): string {
  const token = '--auth-token file://token --auth-token-update-strategy'
  return `with TLS a token can be added: ${modify(facts, `${token} ROTATE`)}, and when every client sends it the same with SET`
}

function storeEndpoint(facts: ReplicationGroupFacts): string {
  if (facts.secondaryOf !== undefined) return useOtherRegion(facts, facts.secondaryOf)
  const main = mainEndpoint(facts)
  if (main === undefined) return 'wait until the group has an endpoint'
  return `store ${shownEndpoint(main)} in the AWS secret, in host, port and url`
}

/** Its members are listed in every region of the Global Datastore. */
function useOtherRegion({ id, region }: ReplicationGroupFacts, datastore: string): string {
  const aws = 'aws elasticache'
  const of = `--region ${region} --global-replication-group-id ${sanitizeLine(datastore)}`
  return (
    `verify and store the group that accepts writes (\`${aws} describe-global-replication-groups ${of} ` +
    `--show-member-info\`), or promote this one: \`${aws} failover-global-replication-group ${of} ` +
    `--primary-region ${region} --primary-replication-group-id ${sanitizeLine(id)}\``
  )
}

function modify(facts: ReplicationGroupFacts, parameters: string): string {
  return aws('modify-replication-group', facts, `--apply-immediately ${parameters}`)
}

function aws(verb: string, facts: ReplicationGroupFacts, parameters?: string): string {
  return command(`${verb} --replication-group-id`, facts, parameters)
}

function command(beginning: string, { id, region }: ReplicationGroupFacts, parameters?: string): string {
  const rest = parameters === undefined ? '' : ` ${parameters}`
  return `\`aws elasticache ${beginning} ${sanitizeLine(id)} --region ${region}${rest}\``
}
