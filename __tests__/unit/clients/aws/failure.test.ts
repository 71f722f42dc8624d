import { describe, expect, test } from '@jest/globals'
import { credentialsFailure, policyStatement, requestFailure } from '../../../../src/clients/aws/failure.ts'

const wanted = { id: 'sessions', region: 'eu-central-1' }

function resourceIn(statement: string): unknown {
  return JSON.parse(statement).Resource
}

describe('the policy statement in the hint', () => {
  test.each([
    [
      'names the resource that AWS names',
      'User: arn:aws:iam::1:user/x is not authorized to perform: elasticache:DescribeReplicationGroups on resource: arn:aws:elasticache:eu-central-1:123456789012:replicationgroup:sessions because …',
      'eu-central-1',
      'arn:aws:elasticache:eu-central-1:123456789012:replicationgroup:sessions'
    ],
    [
      'names the wildcard that AWS names',
      'not authorized on resource: arn:aws:elasticache:eu-central-1:123456789012:replicationgroup:*',
      'eu-central-1',
      'arn:aws:elasticache:eu-central-1:123456789012:replicationgroup:*'
    ],
    [
      'names the group in any account if AWS names nothing',
      'You are not authorized',
      'eu-central-1',
      'arn:aws:elasticache:eu-central-1:*:replicationgroup:sessions'
    ],
    ['knows China', 'denied', 'cn-north-1', 'arn:aws-cn:elasticache:cn-north-1:*:replicationgroup:sessions'],
    [
      'knows GovCloud',
      'denied',
      'us-gov-west-1',
      'arn:aws-us-gov:elasticache:us-gov-west-1:*:replicationgroup:sessions'
    ],
    [
      'knows the European Sovereign Cloud',
      'denied',
      'eusc-de-east-1',
      'arn:aws-eusc:elasticache:eusc-de-east-1:*:replicationgroup:sessions'
    ]
  ])('grants exactly what was denied: %s', (_situation, message, region, resource) => {
    expect(resourceIn(policyStatement(message, { id: 'sessions', region }))).toBe(resource)
  })
})

describe('missing AWS credentials', () => {
  test('does not repeat the command line of a credential process that failed', () => {
    const error = new Error('Command failed: /usr/bin/login --password hunter2\nwrong password')
    const { code, message, hint } = credentialsFailure(error, 'eu-central-1')
    expect(code).toBe('unauthorized')
    expect(message).toBe('no usable AWS credentials: the credential_process of the profile failed')
    expect(message + hint).not.toContain('hunter2')
  })

  test('names a credentials file that does not exist', () => {
    const error = Object.assign(new Error("ENOENT: no such file or directory, open '/token'"), { code: 'ENOENT' })
    expect(credentialsFailure(error, 'eu-central-1')).toMatchObject({
      code: 'unauthorized',
      message: "no usable AWS credentials: ENOENT: no such file or directory, open '/token'"
    })
  })

  test.each([
    ['eu-central-1', 'https://elasticache.eu-central-1.amazonaws.com'],
    ['cn-north-1', 'https://elasticache.cn-north-1.amazonaws.com.cn'],
    ['eusc-de-east-1', 'https://elasticache.eusc-de-east-1.amazonaws.eu']
  ])('reports that the token service of %s is unreachable', (region, url) => {
    const error = Object.assign(new Error('connect ETIMEDOUT 192.0.2.1:443'), { code: 'ETIMEDOUT' })
    expect(credentialsFailure(error, region)).toMatchObject({
      code: 'elasticache-unreachable',
      hint: expect.stringContaining(`\`curl -sS ${url}\``)
    })
  })
})

describe('a replication group that cannot be described', () => {
  test('reports an unexpected error as internal', () => {
    expect(requestFailure(new TypeError('x is not a function'), wanted)).toMatchObject({
      code: 'internal',
      message: 'describing sessions: x is not a function'
    })
  })

  test('shows name and code of an error without a message', () => {
    const error = Object.assign(new Error(''), { name: 'AggregateError', code: 'ECONNREFUSED' })
    expect(requestFailure(error, wanted).message).toBe(
      'ElastiCache in eu-central-1 does not answer: AggregateError ECONNREFUSED'
    )
  })

  test('neutralizes workflow commands in an AWS message', () => {
    const error = Object.assign(new Error('no\n::error::and more'), { name: 'AccessDenied' })
    expect(requestFailure(error, wanted).message).not.toContain('\n')
  })
})
