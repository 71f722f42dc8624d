import { Failure } from '../failure.ts'
import { InputReader, type InputSource } from '../inputs.ts'
import type { RenderedCache } from '../rendered-cache/rendered-cache.ts'
import { timeoutMilliseconds } from '../units.ts'
import { names } from '../workload.ts'
import { type CacheInputs, readCacheInputs } from './cache-inputs.ts'

/** Whether to deploy, or to plan that: with the cluster, or without one. */
export type DryRun = 'none' | 'server' | 'client'

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
    read.refuse('redis-password', '***', 'a text of one line')
  }
  const inputs = {
    dryRun: read.parsedOrElse('dry-run', dryRuns.join(', '), 'none', (text) => dryRuns.find((each) => each === text)),
    namespace: read.required('namespace'),
    createNamespace: read.flag('create-namespace'),
    kubeconfig: read.optional('kubeconfig'),
    context: read.optional('context'),
    redisPassword,
    forceConflicts: read.flag('force-conflicts'),
    recover: read.parsedOrElse('recover', recovers.join(', '), 'delete-stuck-pod', (text) =>
      recovers.find((each) => each === text)
    ),
    timeoutMilliseconds: read.parsedOrElse('timeout', 'a duration such as 5m or 90s', 5 * minute, timeoutMilliseconds),
    redisImage: read.optional('redis-image'),
    ...readCacheInputs(read, ['cluster', 'runner', 'none'])
  }
  read.finish()
  return inputs
}

type TopologyInputs = CacheInputs & Pick<DeployInputs, 'redisPassword' | 'redisImage'>

/** An input, whether it was given and changes nothing, why, and what to do beside removing it. */
type Row = [input: string, isUseless: boolean, because: string, instead: string]

/** An input that changes nothing would be a silent lie. @throws Failure invalid-input that names all of them */
export function refuseInputsWithoutEffect(
  inputs: TopologyInputs,
  { topology, credentialsSecret }: Pick<RenderedCache, 'topology' | 'credentialsSecret'>
): void {
  const rows = topology === 'managed' ? managedRows(inputs) : selfHostedRows(inputs, credentialsSecret !== undefined)
  const useless = rows.filter(([, isUseless]) => isUseless)
  if (useless.length === 0) return
  const sentences = [...Map.groupBy(useless, ([, , because]) => because)].map(
    ([because, all]) => `${all.map(([input]) => `the input ${input}`).join(' and ')} would have no effect: ${because}`
  )
  const instead = [...new Set(useless.map(([, , , what]) => what))].join(', or ')
  throw new Failure('invalid-input', sentences.join('; '), `remove it under \`with:\` in the workflow, or ${instead}`)
}

const otherEnvironment = 'choose the environment that it is meant for'

function managedRows(inputs: TopologyInputs): Row[] {
  const { redisPassword, probeFrom = 'cluster', redisImage, maxmemoryPolicy, relaxed } = inputs
  const noRedis = `these manifests have no StatefulSet ${names.statefulSet}`
  const noPod = `${noRedis}, and with probe-from: ${probeFrom} no pod asks the cache`
  const notAsked = `${noRedis}, and with probe-from: none the cache is not asked`
  const hasGroup = inputs.replicationGroup !== undefined
  const noGroup = 'elasticache-replication-group is not set, so no settings of ElastiCache are verified'
  return [
    ['redis-password', redisPassword !== undefined, noRedis, otherEnvironment],
    ['redis-image', redisImage !== undefined && probeFrom !== 'cluster', noPod, 'set probe-from: cluster'],
    ['maxmemory-policy', maxmemoryPolicy !== undefined && probeFrom === 'none', notAsked, 'set another probe-from'],
    // A region alone may be that of a whole organization, and asks for nothing.
    ['elasticache-relax', relaxed.size > 0 && !hasGroup, noGroup, 'set elasticache-replication-group']
  ]
}

function selfHostedRows(inputs: TopologyInputs, hasSecret: boolean): Row[] {
  const { redisPassword, replicationGroup, relaxed, awsRegion } = inputs
  const inCluster = `the StatefulSet ${names.statefulSet} of these manifests runs in the cluster and not in AWS`
  const ownSecret = `these manifests bring Secret/${names.credentials} themselves`
  return [
    ['redis-password', redisPassword !== undefined && hasSecret, ownSecret, 'remove the Secret from the manifests'],
    ['elasticache-replication-group', replicationGroup !== undefined, inCluster, otherEnvironment],
    ['elasticache-relax', relaxed.size > 0, inCluster, otherEnvironment],
    ['aws-region', awsRegion !== undefined, inCluster, otherEnvironment]
  ]
}
