import { describe, expect, test } from '@jest/globals'
import { refusal } from '../support/elasticache-api/answers.ts'
import { verifying } from './elasticache-verifying.ts'

const role = 'arn:aws:sts::123456789012:assumed-role/ci/run-1'
const resource = 'arn:aws:elasticache:eu-central-1:123456789012:replicationgroup:sessions'
const notAuthorized = `User: ${role} is not authorized to perform: elasticache:DescribeReplicationGroups on resource: ${resource}`

describe('a refusal of AWS', () => {
  test('for a missing permission gets the smallest policy statement as a hint', async () => {
    const { failure } = await verifying(() =>
      refusal(403, 'AccessDenied', `${notAuthorized} because no identity-based policy allows the action`)
    )
    expect(failure).toMatchObject({
      code: 'forbidden',
      message: `AWS denies describing sessions: ${notAuthorized} because no identity-based policy allows the action`
    })
    expect(JSON.parse(failure?.hint.match(/`(.*)`/)?.[1] ?? '')).toEqual({
      Effect: 'Allow',
      Action: 'elasticache:DescribeReplicationGroups',
      Resource: resource
    })
  })

  test('for an explicit Deny suggests no policy statement', async () => {
    const { failure } = await verifying(() =>
      refusal(403, 'AccessDenied', `${notAuthorized} with an explicit deny in a service control policy`)
    )
    expect(failure).toMatchObject({ code: 'forbidden', hint: expect.stringMatching(/^remove that explicit Deny/) })
  })

  test.each<[situation: string, code: string, said: string, message: string, hint: RegExp]>([
    [
      'an expired token',
      'ExpiredToken',
      'The security token included in the request is expired',
      'the AWS credentials have expired (ExpiredToken)',
      /^run `aws-actions\/configure-aws-credentials` shortly before this step/
    ],
    [
      'a key that it does not know',
      'InvalidClientTokenId',
      'The security token included in the request is invalid.',
      'AWS rejects the credentials (InvalidClientTokenId)',
      /`aws sts get-caller-identity`/
    ],
    [
      'a clock that is wrong',
      'SignatureDoesNotMatch',
      'Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z (20260101T001500Z - 5 min.)',
      'AWS rejects the request time (SignatureDoesNotMatch)',
      /clock of this runner/
    ]
  ])('for credentials is reported: %s', async (_situation, code, said, message, hint) => {
    const { failure } = await verifying(() => refusal(403, code, said))
    expect(failure).toMatchObject({ code: 'unauthorized', message, hint: expect.stringMatching(hint) })
  })

  test('for a signature is reported without the quoted request and its token', async () => {
    const { failure } = await verifying(({ headers }) =>
      refusal(
        403,
        'SignatureDoesNotMatch',
        `The request signature we calculated does not match. The Canonical String for this request should have been\n'POST\n/\n\nx-amz-security-token:${headers['x-amz-security-token']}\n'`
      )
    )
    expect(failure).toMatchObject({
      code: 'unauthorized',
      message: 'AWS rejects the credentials (SignatureDoesNotMatch)'
    })
  })

  test('for the ID is reported', async () => {
    const { failure } = await verifying(() =>
      refusal(400, 'InvalidParameterValue', 'The parameter ReplicationGroupIdentifier is not a valid identifier.')
    )
    expect(failure).toMatchObject({ code: 'invalid-input', hint: 'correct elasticache-replication-group' })
  })
})
