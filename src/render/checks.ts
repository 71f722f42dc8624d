import { at, objectId } from '../kubernetes-object.ts'
import type { ManifestDocument } from '../manifest.ts'
import { missingIncludes, type RedisConfig, renderedRedisConfig, setting } from '../redis-config.ts'
import { quantityBytes, redisBytes, toRedisUnit } from '../units.ts'
import { container, memoryLimit, names, redisStatefulSet } from '../workload.ts'
import { effectProblems } from './effect.ts'
import type { Adjustments } from './inputs.ts'

/** What is wrong with a rendered manifest, whatever the cluster says; an empty list if nothing is. */
export function problemsOf(
  documents: readonly ManifestDocument[],
  namespace: string,
  adjustments: Adjustments
): string[] {
  const statefulSet = redisStatefulSet(documents)
  const config = renderedRedisConfig(documents)
  return [
    ...placementProblems(documents, namespace),
    ...statefulSetProblems(documents),
    ...(statefulSet === undefined ? [] : memoryProblems(statefulSet, config, missingIncludes(documents))),
    ...effectProblems(documents, config, adjustments)
  ]
}

function placementProblems(documents: readonly ManifestDocument[], namespace: string): string[] {
  return documents
    .filter(({ object }) => (object.metadata.namespace ?? namespace) !== namespace)
    .map(({ object }) => `${objectId(object)} is in namespace ${object.metadata.namespace}, not in ${namespace}`)
}

function statefulSetProblems(documents: readonly ManifestDocument[]): string[] {
  const statefulSets = documents.filter(({ object }) => object.kind === 'StatefulSet')
  const others = statefulSets.filter(({ object }) => object.metadata.name !== names.statefulSet)
  const replicas = statefulSets.map(({ object }) => at(object, 'spec', 'replicas') ?? 1).filter((count) => count !== 1)
  return [
    ...others.map(({ object }) => `${objectId(object)}: the only StatefulSet may be ${names.statefulSet}`),
    ...(others.length === 0 && replicas.length > 0
      ? [`StatefulSet/${names.statefulSet} has ${replicas[0]} replicas; this action proves one`]
      : [])
  ]
}

/**
 * A child process that rewrites the append-only file or saves a snapshot shares pages with its parent and copies each
 * that is written meanwhile: up to as much again as Redis uses (redis.io, administration, memory).
 */
function memoryProblems(
  statefulSet: ManifestDocument,
  config: RedisConfig | undefined,
  missing: readonly string[]
): string[] {
  if (container(statefulSet, names.redisContainer) === undefined) {
    return [`StatefulSet ${names.statefulSet} has no container ${names.redisContainer}`]
  }
  const limit = memoryLimit(statefulSet)
  if (limit === undefined) return [`container ${names.redisContainer} has no memory limit`]
  const limitBytes = quantityBytes(limit)
  if (limitBytes === undefined) return [`container ${names.redisContainer}: memory limit ${limit} is no quantity`]
  if (config === undefined) return []
  const maxmemory = setting(config, 'maxmemory')
  if (maxmemory === undefined || redisBytes(maxmemory) === 0n) {
    const elsewhere = missing.filter((path) => !path.endsWith('/auth.conf'))
    if (maxmemory === undefined && elsewhere.length > 0) return [unknownMaxmemory(elsewhere)]
    return ['redis.conf sets no maxmemory, so Redis would grow until the kernel kills it']
  }
  const bytes = redisBytes(maxmemory)
  if (bytes === undefined) return [`maxmemory ${maxmemory} is no size for Redis; write ${toRedisUnit(maxmemory)}`]
  if (limitBytes >= 2n * bytes) return []
  return [
    `the memory limit ${limit} of container ${names.redisContainer} is less than twice maxmemory ${maxmemory}; ` +
      `set memory-limit to ${quantityOf(2n * bytes)} or more, or maxmemory to less`
  ]
}

function unknownMaxmemory(includes: readonly string[]): string {
  const missing = includes.length === 1 ? includes[0] : `${includes[0]} and ${includes.length - 1} more`
  return (
    'no file of redis.conf that is rendered sets maxmemory; ' +
    `it includes ${missing}, which no ConfigMap of the pod has: put maxmemory into ConfigMap redis-config`
  )
}

/** The smallest quantity that is enough, in whole units. */
function quantityOf(bytes: bigint): string {
  const mebibytes = (bytes + 1024n ** 2n - 1n) / 1024n ** 2n
  return mebibytes % 1024n === 0n ? `${mebibytes / 1024n}Gi` : `${mebibytes}Mi`
}
