import { Failure } from '../../core/failure.ts'
import { names } from '../../core/kubernetes/workload.ts'
import type { RenderedCache } from '../../core/rendered-cache/rendered-cache.ts'
import type { CacheInputs } from './cache.ts'
import type { DeployInputs } from './deploy.ts'

type TopologyInputs = CacheInputs & Pick<DeployInputs, 'redisPassword' | 'redisImage' | 'rehearse' | 'acceptDataLoss'>

/** An input, whether it was set without an effect, why, and what to do besides removing it. */
type Row = [input: string, isUseless: boolean, because: string, instead: string]

/** An input without an effect would be misleading. @throws Failure invalid-input that names all of them */
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

const otherEnvironment = 'choose the environment it is meant for'

function managedRows(inputs: TopologyInputs): Row[] {
  const { redisPassword, probeFrom = 'cluster', redisImage, acceptDataLoss, maxmemoryPolicy, relaxed } = inputs
  const noRedis = `these manifests have no StatefulSet ${names.statefulSet}`
  const noPod = `${noRedis}, and with probe-from: ${probeFrom} no pod probes the cache`
  const notAsked = `${noRedis}, and with probe-from: none the cache is not probed`
  const hasGroup = inputs.replicationGroup !== undefined
  const noGroup = 'elasticache-replication-group is not set, so no ElastiCache settings are verified'
  return [
    ['redis-password', redisPassword !== undefined, noRedis, otherEnvironment],
    ['accept-data-loss', acceptDataLoss.size > 0, noRedis, otherEnvironment],
    ['rehearse', !inputs.rehearse, noRedis, otherEnvironment],
    ['redis-image', redisImage !== undefined && probeFrom !== 'cluster', noPod, 'set probe-from: cluster'],
    ['maxmemory-policy', maxmemoryPolicy !== undefined && probeFrom === 'none', notAsked, 'set another probe-from'],
    // A region alone may be set for a whole organization, and requests nothing.
    ['elasticache-relax', relaxed.size > 0 && !hasGroup, noGroup, 'set elasticache-replication-group']
  ]
}

function selfHostedRows(inputs: TopologyInputs, hasSecret: boolean): Row[] {
  const { redisPassword, replicationGroup, relaxed, awsRegion } = inputs
  const inCluster = `StatefulSet ${names.statefulSet} in these manifests runs in the cluster, not in AWS`
  const ownSecret = `these manifests include Secret/${names.credentials}`
  return [
    ['redis-password', redisPassword !== undefined && hasSecret, ownSecret, 'remove the Secret from the manifests'],
    ['elasticache-replication-group', replicationGroup !== undefined, inCluster, otherEnvironment],
    ['elasticache-relax', relaxed.size > 0, inCluster, otherEnvironment],
    ['aws-region', awsRegion !== undefined, inCluster, otherEnvironment]
  ]
}
