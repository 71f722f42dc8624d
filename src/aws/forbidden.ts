import type { Wanted } from './absent.ts'

/** The smallest statement of an IAM policy that lets this group be described; AWS names the resource that it missed. */
export function policyStatement(message: string, { id, region }: Wanted): string {
  const named = /on resource: (arn:[\w-]+:elasticache:[\w:*/-]+)/.exec(message)?.[1]
  const resource = named ?? `arn:${partition(region)}:elasticache:${region}:*:replicationgroup:${id}`
  return JSON.stringify({ Effect: 'Allow', Action: 'elasticache:DescribeReplicationGroups', Resource: resource })
}

/** No statement can allow what another one denies. */
export function isDenied(message: string): boolean {
  return message.includes('explicit deny')
}

function partition(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}
