import { describe, expect, test } from '@jest/globals'
import type { ReplicationGroupFacts } from '../../../../src/clients/aws/facts.ts'
import { elasticacheChecks } from '../../../../src/phases/elasticache/checks.ts'
import { type Requirement, requirements } from '../../../../src/phases/elasticache/requirements.ts'
import { groupWith, nodeGroup, primary } from './group.ts'

const address = { host: primary.host, port: String(primary.port) }

function seen(requirement: Requirement, facts: Partial<ReplicationGroupFacts>) {
  const { holds, detail } =
    elasticacheChecks(groupWith(facts), address).find((each) => each.requirement === requirement) ?? {}
  return [holds, detail]
}

test('judges every requirement in the order of the list, all of which a correct group meets', () => {
  const judged = elasticacheChecks(groupWith(), address)
  expect(judged.map(({ requirement, holds }) => [requirement, holds])).toEqual(requirements.map((name) => [name, true]))
})

describe.each<[Requirement, [facts: Partial<ReplicationGroupFacts>, holds: boolean, detail: string][]]>([
  [
    'status',
    [
      [{ status: 'available' }, true, 'available'],
      [{ status: 'snapshotting' }, true, 'snapshotting'],
      [{ status: 'modifying' }, false, 'modifying'],
      [{ status: 'creating' }, false, 'creating'],
      [{ status: 'create-failed' }, false, 'create-failed'],
      [{ status: 'deleting' }, false, 'deleting'],
      [{ status: 'unknown' }, false, 'unknown']
    ]
  ],
  [
    'multi-az',
    [
      [{ multiAz: 'disabled' }, false, 'Multi-AZ is disabled'],
      [{ multiAz: 'unknown' }, false, 'Multi-AZ is unknown']
    ]
  ],
  [
    'automatic-failover',
    [
      [{ automaticFailover: 'disabled' }, false, 'automatic failover is disabled'],
      [{ automaticFailover: 'enabling' }, false, 'automatic failover is enabling'],
      [{ automaticFailover: 'disabling' }, false, 'automatic failover is disabling']
    ]
  ],
  ['encryption-at-rest', [[{ encryptedAtRest: false }, false, 'not encrypted']]],
  [
    'encryption-in-transit',
    [
      [{ tls: 'off' }, false, 'not encrypted'],
      [{ tls: 'preferred' }, false, 'TLS is possible and not required (mode preferred)']
    ]
  ],
  [
    'authentication',
    [
      [{ authToken: true, userGroups: [] }, true, 'auth token'],
      [{ authToken: false, userGroups: ['backends'] }, true, 'user group backends'],
      [{ authToken: true, userGroups: ['a', 'b'] }, true, 'auth token, user group a, user group b'],
      [{ authToken: false, userGroups: [] }, false, 'neither an auth token nor a user group']
    ]
  ],
  [
    'backups',
    [
      [{ backupDays: 0 }, false, 'no automatic backups'],
      [{ backupDays: 1 }, true, 'kept for 1 day'],
      [{ backupDays: 35 }, true, 'kept for 35 days']
    ]
  ],
  [
    'replica-in-another-zone',
    [
      [{ nodeGroups: [] }, false, 'AWS names no nodes'],
      [{ nodeGroups: [nodeGroup()] }, false, '0 nodes in an unknown zone'],
      [{ nodeGroups: [nodeGroup('a')] }, false, '1 node in a'],
      [{ nodeGroups: [nodeGroup('a', 'a')] }, false, '2 nodes in a'],
      [{ nodeGroups: [nodeGroup('a', undefined)] }, false, '2 nodes in a'],
      [{ nodeGroups: [nodeGroup('b', 'a', 'b')] }, true, '3 nodes in a, b'],
      [{ nodeGroups: [nodeGroup('a', 'b'), { ...nodeGroup('c'), id: '0002' }] }, false, 'shard 0002 has 1 node in c'],
      [
        // Two zones in all, and each shard in one of them.
        { nodeGroups: [nodeGroup('a', 'a'), { ...nodeGroup('b', 'b'), id: '0002' }] },
        false,
        'shard 0001 has 2 nodes in a'
      ],
      [
        { nodeGroups: [nodeGroup('a', 'b'), nodeGroup('b', 'c')] },
        true,
        'each of 2 shards has nodes in two zones or more'
      ]
    ]
  ]
])('the requirement: %s', (requirement, rows) => {
  test.each(rows)('%j: %s, %s', (facts, holds, detail) => {
    expect(seen(requirement, facts)).toEqual([holds, detail])
  })
})

test('neutralizes workflow commands in an AWS value', () => {
  const [, detail] = seen('status', { status: 'x\n::set-output name=a::b' })
  expect(detail).not.toContain('\n')
})
