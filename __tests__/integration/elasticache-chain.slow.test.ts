import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { type Answer, refusal, result } from '../support/elasticache-api/answers.ts'
import { generatedCredentials } from '../support/elasticache-api/environment.ts'
import { describedGroup } from '../support/elasticache-api/group.ts'
import type { AwsRequest } from '../support/elasticache-api/server.ts'
import { asking } from './elasticache-asking.ts'
import { verifying } from './elasticache-verifying.ts'

const limits = { connection: 5_000, request: 10_000, all: 60_000 }

describe('the region', () => {
  const regionOf = ([request]: AwsRequest[]) =>
    /\/([\w-]+)\/elasticache\//.exec(request?.headers.authorization ?? '')?.[1]

  test('is taken from the input before the environment', async () => {
    const { requests } = await verifying(() => describedGroup(), { environment: { AWS_REGION: 'eu-west-1' } })
    expect(regionOf(requests)).toBe('eu-central-1')
  })

  test('is taken from AWS_REGION if the input is empty', async () => {
    const { requests, log } = await verifying(() => describedGroup(), {
      region: undefined,
      environment: { AWS_REGION: 'eu-west-1' }
    })
    expect(regionOf(requests)).toBe('eu-west-1')
    expect(log[0]).toBe('replication group sessions in eu-west-1')
  })

  test.each([
    ['is missing', '', 'Region is missing'],
    ['is invalid', 'eu west 1', 'not a valid hostname component']
  ])('is refused without a request if it %s', async (_situation, region, said) => {
    const { failure, requests } = await verifying(() => describedGroup(), {
      region: undefined,
      environment: { AWS_REGION: region }
    })
    expect(failure).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining(said),
      hint: expect.stringMatching(/^set aws-region/)
    })
    expect(requests).toEqual([])
  })
})

describe('the credential chain of the SDK', () => {
  const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_SESSION_TOKEN: '' }

  test('reports missing credentials with the action that provides them', async () => {
    const { failure, requests } = await verifying(() => describedGroup(), { environment: none })
    expect(failure).toMatchObject({
      code: 'unauthorized',
      message: 'no AWS credentials found; elasticache-replication-group needs them',
      hint: expect.stringMatching(/`aws-actions\/configure-aws-credentials`.*`permissions: id-token: write`/)
    })
    expect(requests).toEqual([])
  })

  test('supports a role by OpenID Connect', async () => {
    await using files = await temporaryFiles({ token: 'an-id-token' })
    const issued = generatedCredentials()
    const { failure, requests } = await verifying(
      ({ action }) => (action === 'AssumeRoleWithWebIdentity' ? assumed(issued) : describedGroup()),
      {
        environment: {
          ...none,
          AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/ci',
          AWS_WEB_IDENTITY_TOKEN_FILE: files.path('token')
        }
      }
    )
    expect(failure).toBeUndefined()
    expect(requests.map(({ action }) => action)).toEqual(['AssumeRoleWithWebIdentity', 'DescribeReplicationGroups'])
    expect(requests[0]?.parameters.get('WebIdentityToken')).toBe('an-id-token')
    expect(requests[1]?.headers.authorization).toContain(`Credential=${issued.AWS_ACCESS_KEY_ID}/`)
  })

  test('reports a role whose trust policy refuses the job', async () => {
    await using files = await temporaryFiles({ token: 'an-id-token' })
    const { failure } = await verifying(
      () => refusal(403, 'AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity'),
      {
        environment: {
          ...none,
          AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/ci',
          AWS_WEB_IDENTITY_TOKEN_FILE: files.path('token')
        }
      }
    )
    expect(failure).toMatchObject({
      code: 'unauthorized',
      message: 'no usable AWS credentials: Not authorized to perform sts:AssumeRoleWithWebIdentity',
      hint: expect.stringContaining('trust policy')
    })
  })

  test('supports a profile with a credential process', async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = generatedCredentials()
    const given = JSON.stringify({ Version: 1, AccessKeyId: AWS_ACCESS_KEY_ID, SecretAccessKey: AWS_SECRET_ACCESS_KEY })
    await using files = await temporaryFiles({ given })
    await using profile = await temporaryFiles({
      config: `[profile ci]\ncredential_process = cat ${files.path('given')}\n`
    })
    const { failure, requests } = await verifying(() => describedGroup(), {
      environment: { ...none, AWS_PROFILE: 'ci', AWS_CONFIG_FILE: profile.path('config') }
    })
    expect(failure).toBeUndefined()
    expect(requests[0]?.headers.authorization).toContain(`Credential=${AWS_ACCESS_KEY_ID}/`)
  })

  test('gives up a credential process that never ends', async () => {
    // It ends with the test.
    await using files = await temporaryFiles({ running: '' })
    const hanging = `while [ -e ${files.path('running')} ]; do sleep 0.1; done`
    await using profile = await temporaryFiles({ config: `[profile ci]\ncredential_process = ${hanging}\n` })
    const environment = {
      ...none,
      AWS_PROFILE: 'ci',
      AWS_CONFIG_FILE: profile.path('config'),
      PATH: process.env['PATH'] ?? ''
    }
    expect(await asking(environment, { ...limits, all: 200 })).toMatchObject({
      code: 'elasticache-unreachable',
      message: 'the service that gives AWS credentials in eu-central-1 does not answer: no answer within 0.2 s'
    })
  })
})

function assumed(issued: ReturnType<typeof generatedCredentials>): Answer {
  return result(
    'AssumeRoleWithWebIdentity',
    [
      [
        'Credentials',
        [
          ['AccessKeyId', issued.AWS_ACCESS_KEY_ID],
          ['SecretAccessKey', issued.AWS_SECRET_ACCESS_KEY],
          ['SessionToken', issued.AWS_SESSION_TOKEN],
          ['Expiration', new Date(Date.now() + 3_600_000).toISOString()]
        ]
      ]
    ],
    'sts'
  )
}

/** Files in a directory of their own: the SDK remembers what it read from a path. */
async function temporaryFiles(files: Record<string, string>) {
  const directory = await mkdtemp(join(tmpdir(), 'aws-files-'))
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content, { mode: 0o600 })
  return {
    path: (name: string) => join(directory, name),
    async [Symbol.asyncDispose]() {
      await rm(directory, { recursive: true })
    }
  }
}
