import type { Wanted } from './absent.ts'
import { partitionOf } from './partition.ts'

/** The smallest statement of an IAM policy that lets this group be described; AWS names the resource that it missed. */
export function policyStatement(message: string, { id, region }: Wanted): string {
  const named = /on resource: (arn:[\w-]+:elasticache:[\w:*/-]+)/.exec(message)?.[1]
  const resource = named ?? `arn:${partitionOf(region).name}:elasticache:${region}:*:replicationgroup:${id}`
  return JSON.stringify({ Effect: 'Allow', Action: 'elasticache:DescribeReplicationGroups', Resource: resource })
}

/** No statement can allow what another one denies. */
export function isDenied(message: string): boolean {
  return message.includes('explicit deny')
}
