import { describe, expect, test } from '@jest/globals'
import { type Answer, refusal, result, type Xml } from '../support/elasticache-api/answers.ts'
import { describedGroups, noGroups } from '../support/elasticache-api/group.ts'
import type { AwsRequest } from '../support/elasticache-api/server.ts'
import { verifying } from './elasticache-verifying.ts'

const notFound = refusal(404, 'ReplicationGroupNotFoundFault', 'ReplicationGroup sessions not found.')
const noServerless = refusal(404, 'ServerlessCacheNotFoundFault', 'ServerlessCache sessions not found.')
const noCluster = refusal(404, 'CacheClusterNotFound', 'CacheCluster not found: sessions')
const denied = refusal(403, 'AccessDenied', 'User: arn:aws:sts::123456789012:assumed-role/ci/run is not authorized')

const serverless = result('DescribeServerlessCaches', [
  [
    'ServerlessCaches',
    [
      [
        'member',
        [
          ['ServerlessCacheName', 'sessions'],
          ['Status', 'available']
        ]
      ]
    ]
  ]
])

function cluster(...fields: [string, Xml][]): Answer {
  const node: Xml = [['CacheClusterId', 'sessions'], ['NumCacheNodes', 1], ...fields]
  return result('DescribeCacheClusters', [['CacheClusters', [['CacheCluster', node]]]])
}

/** An account without the group: what else it says, by action; `list` is the answer to all groups. */
function account(answers: Record<string, Answer>, group: Answer = notFound) {
  return ({ action, parameters }: AwsRequest): Answer => {
    if (action !== 'DescribeReplicationGroups') {
      return answers[action] ?? (action === 'DescribeServerlessCaches' ? noServerless : noCluster)
    }
    return parameters.has('ReplicationGroupId') ? group : (answers['list'] ?? noGroups)
  }
}

describe('a missing replication group', () => {
  test.each<[situation: string, answers: Record<string, Answer>, message: string, hint: RegExp]>([
    [
      'is a serverless cache',
      { DescribeServerlessCaches: serverless },
      'sessions in eu-central-1 is a serverless cache, not a replication group, so it has no settings to compare',
      /^leave elasticache-replication-group empty/
    ],
    [
      'is one node',
      { DescribeCacheClusters: cluster(['Engine', 'redis']) },
      'sessions in eu-central-1 is a node-based cluster without a replication group: if its only node fails, nothing takes over',
      /`aws elasticache create-replication-group --region eu-central-1 --primary-cluster-id sessions …`/
    ],
    [
      'is one node of another group',
      { DescribeCacheClusters: cluster(['Engine', 'valkey'], ['ReplicationGroupId', 'other']) },
      'sessions in eu-central-1 is one node of the replication group other',
      /^set elasticache-replication-group: other$/
    ],
    [
      'is Memcached',
      { DescribeCacheClusters: cluster(['Engine', 'memcached']) },
      'sessions in eu-central-1 is a Memcached cluster, which supports neither replication nor Redis commands',
      /^set elasticache-replication-group to a replication group of Redis OSS or Valkey$/
    ],
    [
      'is nothing: those that are there are named',
      { list: describedGroups('session', 'carts') },
      'there is no replication group sessions in eu-central-1; there are session, carts',
      /^correct elasticache-replication-group, aws-region, or .* `aws elasticache describe-replication-groups --region eu-central-1 --query "ReplicationGroups\[\]\.ReplicationGroupId"`$/
    ],
    [
      'is nothing, in a region without any',
      {},
      'there is no replication group sessions in eu-central-1',
      /^correct elasticache-replication-group/
    ],
    [
      'is nothing, and what else there is may not be seen',
      { DescribeServerlessCaches: denied, DescribeCacheClusters: denied, list: denied },
      'there is no replication group sessions in eu-central-1',
      /; to check for other kinds of cache it needs elasticache:DescribeServerlessCaches and elasticache:DescribeCacheClusters$/
    ]
  ])('is explained if it %s', async (_situation, answers, message, hint) => {
    const { failure, checked } = await verifying(account(answers))
    expect(failure).toMatchObject({ code: 'elasticache-settings', message, hint: expect.stringMatching(hint) })
    expect(checked).toEqual([])
  })

  test('is reported for an empty list without an error', async () => {
    const { failure } = await verifying(account({ DescribeServerlessCaches: serverless }, noGroups))
    expect(failure?.message).toMatch(/^sessions in eu-central-1 is a serverless cache/)
  })

  test('is reported with ten of many other groups', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `group-${index}`)
    const { failure } = await verifying(account({ list: describedGroups(...ids) }))
    expect(failure?.message).toMatch(/; there are group-0, .*, group-9, and 2 more$/)
  })

  test('is reported even if AWS stops responding to further requests', async () => {
    const silent: Answer = 'silence'
    const answers = { DescribeServerlessCaches: silent, DescribeCacheClusters: silent, list: silent }
    const limits = { connection: 5_000, request: 10_000, all: 3_000 }
    const { failure } = await verifying(account(answers), { limits })
    expect(failure?.message).toBe('there is no replication group sessions in eu-central-1')
  })
})
