import { parseRelaxed, type Requirement, requirements } from '../../phases/elasticache/requirements.ts'
import { type InputReader, oneOf } from './reader.ts'

/** Where the cache is probed from; a managed one from the cluster, a self-hosted one from the runner by default. */
type ProbeFrom = 'cluster' | 'runner' | 'none'

/** How a cache is judged, wherever it is. */
export interface CacheInputs {
  memoryThresholdPercent: number
  probeFrom: ProbeFrom | undefined
  /** The requirements of a managed cache; a self-hosted one is configured instead. */
  maxmemoryPolicy: string | undefined
  replicationGroup: string | undefined
  relaxed: ReadonlySet<Requirement>
  awsRegion: string | undefined
}

/** Reads the inputs that deploy and verify share. @param origins from where this program may ask */
export function readCacheInputs(read: InputReader, origins: readonly ProbeFrom[]): CacheInputs {
  return {
    memoryThresholdPercent: read.parsedOrElse('memory-threshold', 'a percentage from 1 to 100', 90, percentage),
    probeFrom: read.parsed('probe-from', oneOf(origins), (text) => origins.find((origin) => origin === text)),
    maxmemoryPolicy: read.optional('maxmemory-policy'),
    replicationGroup: read.parsed(
      'elasticache-replication-group',
      'the ID of a replication group (up to 40 letters, digits and single dashes)',
      replicationGroup
    ),
    relaxed:
      read.parsed('elasticache-relax', `a comma-separated list of ${requirements.join(', ')}`, parseRelaxed) ??
      new Set(),
    awsRegion: read.parsed('aws-region', 'a region such as eu-central-1', (text) =>
      /^[a-z]{2,4}(-[a-z]+)+-\d+$/.test(text) ? text : undefined
    )
  }
}

function percentage(text: string): number | undefined {
  const percent = /^\d{1,3}(\.\d+)?$/.test(text) ? Number(text) : 0
  return percent >= 1 && percent <= 100 ? percent : undefined
}

/** The rule of CreateReplicationGroup in the ElastiCache API reference. */
function replicationGroup(text: string): string | undefined {
  return text.length <= 40 && /^[a-z](-?[a-z0-9])*$/i.test(text) ? text : undefined
}
