/** A part of AWS with accounts, names and an end of DNS names of its own. */
export interface Partition {
  /** As in ARNs. */
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
export function partitionOf(region: string): Partition {
  const [, partition] = partitions.find(([regions]) => regions.test(region)) ?? []
  return partition ?? { name: 'aws', domain: 'amazonaws.com' }
}
