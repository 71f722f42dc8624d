import { Failure, messageOf } from '../../core/failure.ts'
import { textAt } from '../../core/kubernetes/object.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import type { Wanted } from './absent.ts'
import { awsErrorKind } from './known-errors.ts'

const configure = '`aws-actions/configure-aws-credentials`'

/** The SDK found no region, or an invalid one. */
export function regionFailure(error: unknown): Failure {
  return new Failure(
    'invalid-input',
    `the AWS region of the replication group is unknown: ${said(error)}`,
    'set aws-region to the region of the replication group, such as eu-central-1',
    [],
    error
  )
}

/** The default chain of the SDK provided no credentials. */
export function credentialsFailure(error: unknown, region: string): Failure {
  if (awsErrorKind(error) === 'silent') return silenceFailure(error, 'the service that gives AWS credentials', region)
  return (
    refusedKeyFailure(error) ??
    (said(error).startsWith('Could not load credentials')
      ? new Failure(
          'unauthorized',
          'no AWS credentials found; elasticache-replication-group needs them',
          `run ${configure} before this step, and give the job \`permissions: id-token: write\`; on a self-hosted runner, an instance role works too`
        )
      : new Failure(
          'unauthorized',
          `no usable AWS credentials: ${said(error)}`,
          `correct the role that ${configure} or the profile names, and the trust policy of that role`
        ))
  )
}

/** ElastiCache did not describe the replication group. */
export function requestFailure(error: unknown, wanted: Wanted): Failure {
  const { id, region } = wanted
  switch (awsErrorKind(error)) {
    case 'denied':
      return new Failure('forbidden', `AWS denies describing ${id}: ${said(error)}`, grant(error, wanted))
    case 'invalid':
      return new Failure(
        'invalid-input',
        `ElastiCache rejects ${id} as a replication group ID: ${said(error)}`,
        'correct elasticache-replication-group'
      )
    case 'throttled':
      return new Failure(
        'elasticache-unreachable',
        `ElastiCache in ${region} throttles this account: ${said(error)}`,
        'run again in a minute; `AWS_MAX_ATTEMPTS: 10` in the env of the step makes it retry longer'
      )
    case 'silent':
      return silenceFailure(error, 'ElastiCache', region)
    default:
      return refusedKeyFailure(error) ?? unexpectedFailure(error, wanted)
  }
}

/** AWS does not take the credentials. Its own words are not repeated: they may quote the request with its token. */
function refusedKeyFailure(error: unknown): Failure | undefined {
  const refused = (why: string, hint: string) => new Failure('unauthorized', `${why} (${textAt(error, 'name')})`, hint)
  switch (awsErrorKind(error)) {
    case 'expired':
      return refused(
        'the AWS credentials have expired',
        `run ${configure} shortly before this step, or raise its role-duration-seconds`
      )
    case 'key':
      return refused(
        'AWS rejects the credentials',
        'compare with `aws sts get-caller-identity` in the same job; a region that the account has not enabled refuses all of them, so check aws-region too'
      )
    case 'clock':
      return refused('AWS rejects the request time', 'set the clock of this runner: `timedatectl set-ntp true`')
    default:
      return undefined
  }
}

function silenceFailure(error: unknown, service: string, region: string): Failure {
  return new Failure(
    'elasticache-unreachable',
    `${service} in ${region} does not answer: ${said(error)}`,
    `check aws-region, and the network from this runner: \`curl -sS https://elasticache.${region}.${partitionOf(region).domain}\``,
    [],
    error
  )
}

function unexpectedFailure(error: unknown, { id, region }: Wanted): Failure {
  const status = textAt(error, '$metadata', 'httpStatusCode')
  return status === undefined
    ? new Failure('internal', `describing ${id}: ${said(error)}`, reportIt, [], error)
    : new Failure(
        'elasticache-unreachable',
        `ElastiCache in ${region} answers with HTTP status ${status}: ${said(error)}`,
        'run again later; if it stays, see https://health.aws.amazon.com and the proxy between this runner and AWS',
        [],
        error
      )
}

const reportIt = 'this is an error of redis-cache-action; please report it with the log of this run'

function grant(error: unknown, wanted: Wanted): string {
  if (isDenied(messageOf(error))) return 'remove that explicit Deny; it overrides every Allow'
  return `add this statement to a policy of that identity: \`${policyStatement(messageOf(error), wanted)}\``
}

/** The message of the SDK. The command line of a credential process may contain secrets, so it is not repeated. */
function said(error: unknown): string {
  const message = messageOf(error)
  if (message.startsWith('Command failed')) return 'the credential_process of the profile failed'
  const name = textAt(error, 'name') ?? ''
  if (message === '' || message === 'Unknown') return sanitizeLine(`${name} ${textAt(error, 'code') ?? ''}`)
  return sanitizeLine(message.replace(/^@smithy\/\S+ - (\[ERROR\] )?/, ''))
}

/** The smallest IAM policy statement that allows this group to be described; AWS names the denied resource. */
export function policyStatement(message: string, { id, region }: Wanted): string {
  const named = /on resource: (arn:[\w-]+:elasticache:[\w:*/-]+)/.exec(message)?.[1]
  const resource = named ?? `arn:${partitionOf(region).name}:elasticache:${region}:*:replicationgroup:${id}`
  return JSON.stringify({ Effect: 'Allow', Action: 'elasticache:DescribeReplicationGroups', Resource: resource })
}

/** No statement can allow what another one denies. */
function isDenied(message: string): boolean {
  return message.includes('explicit deny')
}

interface Partition {
  /** The partition as in ARNs. */
  name: string
  domain: string
}

const partitions: readonly [regions: RegExp, partition: Partition][] = [
  [/^cn-/, { name: 'aws-cn', domain: 'amazonaws.com.cn' }],
  [/^us-gov-/, { name: 'aws-us-gov', domain: 'amazonaws.com' }],
  // The European Sovereign Cloud.
  [/^eusc-/, { name: 'aws-eusc', domain: 'amazonaws.eu' }]
]

/** The partition of a region. */
function partitionOf(region: string): Partition {
  const [, partition] = partitions.find(([regions]) => regions.test(region)) ?? []
  return partition ?? { name: 'aws', domain: 'amazonaws.com' }
}
