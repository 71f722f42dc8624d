import { describe, expect, test } from '@jest/globals'
import type { ReplicationGroupFacts } from '../../../../src/clients/aws/facts.ts'
import { elasticacheHint } from '../../../../src/phases/elasticache/hints.ts'
import type { Requirement } from '../../../../src/phases/elasticache/requirements.ts'
import { domain, groupWith, nodeGroup, primary } from './group.ts'

const group = '--replication-group-id sessions --region eu-central-1'
const modify = `aws elasticache modify-replication-group ${group} --apply-immediately`

describe('the hint for an unmet requirement', () => {
  test.each<[Requirement, Partial<ReplicationGroupFacts>, string]>([
    [
      'status',
      { status: 'modifying' },
      `run again when this ends: \`aws elasticache wait replication-group-available ${group}\``
    ],
    [
      'status',
      { status: 'create-failed' },
      'see what happened: `aws elasticache describe-events --source-type replication-group --source-identifier sessions --region eu-central-1`'
    ],
    ['multi-az', {}, `\`${modify} --automatic-failover-enabled --multi-az-enabled\``],
    ['automatic-failover', {}, `\`${modify} --automatic-failover-enabled\``],
    [
      'encryption-at-rest',
      {},
      'encryption at rest cannot be changed: create a new group with it, from a backup of this one'
    ],
    [
      'encryption-in-transit',
      { tls: 'preferred' },
      `when every client uses TLS: \`${modify} --transit-encryption-mode required\``
    ],
    [
      'encryption-in-transit',
      { tls: 'off' },
      `from Redis OSS 7 and Valkey on TLS can be added (\`${modify} --transit-encryption-enabled --transit-encryption-mode preferred\`, and when every client uses it \`${modify} --transit-encryption-mode required\`), before only at creation`
    ],
    [
      'authentication',
      {},
      `with TLS a token can be added: \`${modify} --auth-token file://token --auth-token-update-strategy ROTATE\`, and when every client sends it the same with SET`
    ],
    ['backups', {}, `\`${modify} --snapshot-retention-limit 1 --snapshotting-cluster-id sessions-002\``],
    [
      'backups',
      { configuration: { host: `clustercfg.sessions.${domain}`, port: 6379 } },
      `\`${modify} --snapshot-retention-limit 1\``
    ],
    ['backups', { nodeGroups: [] }, `\`${modify} --snapshot-retention-limit 1\``],
    [
      'replica-in-another-zone',
      { nodeGroups: [nodeGroup('a')] },
      `add a replica, with a subnet of another zone in the subnet group: \`aws elasticache increase-replica-count ${group} --new-replica-count 1 --apply-immediately\``
    ],
    [
      'replica-in-another-zone',
      { nodeGroups: [nodeGroup('a', 'a')] },
      `add a replica, with a subnet of another zone in the subnet group: \`aws elasticache increase-replica-count ${group} --new-replica-count 2 --apply-immediately\``
    ],
    ['endpoint', {}, `store ${primary.host}:6379 in the AWS secret, in host, port and url`],
    ['endpoint', { nodeGroups: [] }, 'wait until the group has an endpoint'],
    [
      'endpoint',
      { secondaryOf: 'ldgnf-sessions' },
      'verify and store the group that accepts writes (`aws elasticache describe-global-replication-groups --region eu-central-1 --global-replication-group-id ldgnf-sessions --show-member-info`), or promote this one: `aws elasticache failover-global-replication-group --region eu-central-1 --global-replication-group-id ldgnf-sessions --primary-region eu-central-1 --primary-replication-group-id sessions`'
    ]
  ])('is the command for %s of %j', (requirement, facts, advice) => {
    expect(elasticacheHint([requirement], groupWith(facts))).toBe(
      `${advice}; or waive it with elasticache-relax: ${requirement}`
    )
  })

  test('adds a replica before what needs one, in one order with all other changes', () => {
    const hint = elasticacheHint(['multi-az', 'backups', 'replica-in-another-zone'], groupWith())
    expect(hint.indexOf('increase-replica-count')).toBeLessThan(hint.indexOf('--multi-az-enabled'))
    expect(hint).toContain('--multi-az-enabled --snapshot-retention-limit 1')
    expect(hint).toMatch(/elasticache-relax: multi-az,backups,replica-in-another-zone$/)
  })

  test('keeps an AWS value within its line', () => {
    expect(elasticacheHint(['backups'], groupWith({ id: 'x\n::error::y' }))).not.toContain('\n')
  })
})
