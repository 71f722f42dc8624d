import { describe, expect, test } from '@jest/globals'
import { credentialsFailure, policyStatement, requestFailure } from '../../../../src/clients/aws/failure.ts'

const wanted = { id: 'sessions', region: 'eu-central-1' }

function resourceIn(statement: string): unknown {
  return JSON.parse(statement).Resource
}

describe('the statement of a policy that would help', () => {
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
  ])('%s', (_situation, message, region, resource) => {
    expect(resourceIn(policyStatement(message, { id: 'sessions', region }))).toBe(resource)
  })
})

describe('credentials that cannot be had', () => {
  test('because a program fails: its command line is not repeated', () => {
    const error = new Error('Command failed: /usr/bin/login --password hunter2\nwrong password')
    const { code, message, hint } = credentialsFailure(error, 'eu-central-1')
    expect(code).toBe('unauthorized')
    expect(message).toBe('no usable AWS credentials: the credential_process of the profile failed')
    expect(message + hint).not.toContain('hunter2')
  })

  test('because a file is not there', () => {
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
  ])('because the token service of %s is out of reach', (region, url) => {
    const error = Object.assign(new Error('connect ETIMEDOUT 192.0.2.1:443'), { code: 'ETIMEDOUT' })
    expect(credentialsFailure(error, region)).toMatchObject({
      code: 'elasticache-unreachable',
      hint: expect.stringContaining(`\`curl -sS ${url}\``)
    })
  })
})

describe('a description that cannot be had', () => {
  test('because of an error of ours', () => {
    expect(requestFailure(new TypeError('x is not a function'), wanted)).toMatchObject({
      code: 'internal',
      message: 'describing sessions: x is not a function'
    })
  })

  test('because of an error without words: its name and code are all there is', () => {
    const error = Object.assign(new Error(''), { name: 'AggregateError', code: 'ECONNREFUSED' })
    expect(requestFailure(error, wanted).message).toBe(
      'ElastiCache in eu-central-1 does not answer: AggregateError ECONNREFUSED'
    )
  })

  test('what AWS says cannot command the runner', () => {
    const error = Object.assign(new Error('no\n::error::and more'), { name: 'AccessDenied' })
    expect(requestFailure(error, wanted).message).not.toContain('\n')
  })
})
