import { parseDuration } from '../duration.ts'
import { Failure } from '../failure.ts'
import { InputReader, type InputSource } from '../inputs.ts'
import type { Topology } from '../result.ts'
import { names } from '../workload.ts'
import { type CacheInputs, readCacheInputs } from './cache-inputs.ts'

/** Whether to deploy, or to plan that: with the cluster, or without one. */
export type DryRun = 'none' | 'server' | 'client'

const dryRuns: readonly DryRun[] = ['none', 'server', 'client']

export interface DeployInputs extends CacheInputs {
  dryRun: DryRun
  namespace: string
  createNamespace: boolean
  kubeconfig: string | undefined
  context: string | undefined
  redisPassword: string | undefined
  forceConflicts: boolean
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
    timeoutMilliseconds: read.parsedOrElse('timeout', 'a duration such as 5m or 90s', 5 * minute, parseDuration),
    redisImage: read.optional('redis-image'),
    ...readCacheInputs(read, ['cluster', 'runner', 'none'])
  }
  read.finish()
  return inputs
}

type TopologyInputs = CacheInputs & Pick<DeployInputs, 'redisPassword' | 'redisImage'>

/** An input that changes nothing would be a silent lie. @throws Failure invalid-input that names all of them */
export function refuseInputsWithoutEffect(inputs: TopologyInputs, topology: Topology): void {
  const { redisPassword, probeFrom = 'cluster', redisImage, replicationGroup, relaxed, awsRegion } = inputs
  const reason = {
    managed: `these manifests have no StatefulSet ${names.statefulSet}`,
    'self-hosted': `the StatefulSet ${names.statefulSet} of these manifests runs in the cluster and not in AWS`
  }[topology]
  const useless =
    topology === 'managed'
      ? {
          'redis-password': redisPassword !== undefined,
          'redis-image': redisImage !== undefined && probeFrom !== 'cluster'
        }
      : {
          'elasticache-replication-group': replicationGroup !== undefined,
          'elasticache-relax': relaxed.size > 0,
          'aws-region': awsRegion !== undefined
        }
  const named = Object.entries(useless).flatMap(([name, isGiven]) => (isGiven ? [name] : []))
  if (named.length === 0) return
  throw new Failure(
    'invalid-input',
    `${named.map((name) => `the input ${name}`).join(' and ')} would have no effect: ${reason}`,
    'remove it under `with:` in the workflow, or choose the environment that it is meant for'
  )
}
