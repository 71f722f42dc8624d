import { timeoutMilliseconds } from '../../core/units.ts'
import { parseRelaxed, type Requirement, requirements } from '../../phases/elasticache/requirements.ts'
import { InputReader, type InputSource, oneOf } from './reader.ts'

/** Whether to deploy, or to plan that: with the cluster, or without one. */
type DryRun = 'none' | 'server' | 'client'

const dryRuns: readonly DryRun[] = ['none', 'server', 'client']

/** What to do about a pod of an older revision that the StatefulSet controller does not replace. */
export type Recover = 'delete-stuck-pod' | 'none'

const recovers: readonly Recover[] = ['delete-stuck-pod', 'none']

export interface DeployInputs extends CacheInputs {
  dryRun: DryRun
  namespace: string
  createNamespace: boolean
  kubeconfig: string | undefined
  context: string | undefined
  redisPassword: string | undefined
  forceConflicts: boolean
  recover: Recover
  timeoutMilliseconds: number
  /** Image of the pod that asks a managed cache; undefined for the one that the manifests of the action name. */
  redisImage: string | undefined
}

const minute = 60_000

/** @throws Failure invalid-input that lists every problem, without the value of a secret */
export function readDeployInputs(source: InputSource): DeployInputs {
  const read = new InputReader(source)
  const redisPassword = read.optional('redis-password')
  if (redisPassword !== undefined && /[\r\n\0]/.test(redisPassword)) {
    read.refuseSecret('redis-password', 'one line of text')
  }
  const inputs = {
    dryRun: read.parsedOrElse('dry-run', oneOf(dryRuns), 'none', (text) => dryRuns.find((each) => each === text)),
    namespace: read.required('namespace'),
    createNamespace: read.flag('create-namespace'),
    kubeconfig: read.optional('kubeconfig'),
    context: read.optional('context'),
    redisPassword,
    forceConflicts: read.flag('force-conflicts'),
    recover: read.parsedOrElse('recover', oneOf(recovers), 'delete-stuck-pod', (text) =>
      recovers.find((each) => each === text)
    ),
    timeoutMilliseconds: read.parsedOrElse('timeout', 'a duration such as 5m or 90s', 5 * minute, timeoutMilliseconds),
    redisImage: read.optional('redis-image'),
    ...readCacheInputs(read, ['cluster', 'runner', 'none'])
  }
  read.finish()
  return inputs
}

/** From where the cache is asked; a managed one from the cluster, a self-hosted one from the runner if nothing is said. */
type ProbeFrom = 'cluster' | 'runner' | 'none'

/** How a cache is judged, wherever it is. */
export interface CacheInputs {
  memoryThresholdPercent: number
  probeFrom: ProbeFrom | undefined
  /** What a managed cache must have; a self-hosted one gets it from its configuration. */
  maxmemoryPolicy: string | undefined
  replicationGroup: string | undefined
  relaxed: ReadonlySet<Requirement>
  awsRegion: string | undefined
}

/** Reads the inputs that deploy and verify share. @param places from where this program may ask */
export function readCacheInputs(read: InputReader, places: readonly ProbeFrom[]): CacheInputs {
  return {
    memoryThresholdPercent: read.parsedOrElse('memory-threshold', 'a percentage from 1 to 100', 90, percentage),
    probeFrom: read.parsed('probe-from', oneOf(places), (text) => places.find((place) => place === text)),
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

/** The rule of CreateReplicationGroup in the API reference of ElastiCache. */
function replicationGroup(text: string): string | undefined {
  return text.length <= 40 && /^[a-z](-?[a-z0-9])*$/i.test(text) ? text : undefined
}
