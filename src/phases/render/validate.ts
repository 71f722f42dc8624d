import { at, objectId } from '../../core/kubernetes/object.ts'
import { names } from '../../core/kubernetes/workload.ts'
import type { ManifestDocument } from '../../core/manifest.ts'
import { setting } from '../../core/redis/config.ts'
import { knownValue } from '../../core/rendered-cache/known.ts'
import { requiredMemoryLimit } from '../../core/rendered-cache/memory-budget.ts'
import type { RenderedCache, RenderedRedis } from '../../core/rendered-cache/rendered-cache.ts'
import { quantityBytes, redisBytes, toRedisUnit } from '../../core/units.ts'
import type { Adjustments } from './deps.ts'
import { effectProblems } from './patch-targets.ts'

/** The problems of rendered manifests that are independent of the cluster; empty if there are none. */
export function problemsOf(cache: RenderedCache, namespace: string, adjustments: Adjustments): string[] {
  const { documents, redis } = cache
  return [
    ...placementProblems(documents, namespace),
    ...statefulSetProblems(documents),
    ...(redis === undefined ? [] : memoryProblems(redis)),
    ...effectProblems(cache, adjustments)
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
    ...others.map(({ object }) => `${objectId(object)}: the only StatefulSet allowed is ${names.statefulSet}`),
    ...(others.length === 0 && replicas.length > 0
      ? [`StatefulSet/${names.statefulSet} has ${replicas[0]} replicas; this action supports one`]
      : [])
  ]
}

function memoryProblems({ container, settings }: RenderedRedis): string[] {
  if (container === undefined) return [`StatefulSet ${names.statefulSet} has no container ${names.redisContainer}`]
  const limit = container.memoryLimit
  if (limit === undefined) return [`container ${names.redisContainer} has no memory limit`]
  const limitBytes = quantityBytes(limit)
  if (limitBytes === undefined) return [`container ${names.redisContainer}: memory limit ${limit} is not a quantity`]
  const read = knownValue(settings)
  if (read === undefined) return []
  if (read.unresolved.includes('maxmemory')) return []
  const maxmemory = setting(read.config, 'maxmemory')
  if (maxmemory === undefined || redisBytes(maxmemory) === 0n) {
    const elsewhere = read.missingIncludes.filter((path) => !path.endsWith('/auth.conf'))
    if (maxmemory === undefined && elsewhere.length > 0) return [unknownMaxmemory(elsewhere)]
    return ['redis.conf sets no maxmemory, so Redis could grow until the kernel kills it']
  }
  const bytes = redisBytes(maxmemory)
  if (bytes === undefined) return [`maxmemory ${maxmemory} is not a Redis size; write ${toRedisUnit(maxmemory)}`]
  const required = requiredMemoryLimit(bytes)
  if (limitBytes >= required) return []
  return [
    `the memory limit ${limit} of container ${names.redisContainer} is less than twice maxmemory ${maxmemory}; ` +
      `set memory-limit to ${quantityOf(required)} or more, or maxmemory to less`
  ]
}

function unknownMaxmemory(includes: readonly string[]): string {
  const missing = includes.length === 1 ? includes[0] : `${includes[0]} and ${includes.length - 1} more`
  return (
    'no rendered redis.conf file sets maxmemory; ' +
    `it includes ${missing}, which no ConfigMap of the pod has: put maxmemory into ConfigMap redis-config`
  )
}

/** The smallest sufficient quantity, in whole units. */
function quantityOf(bytes: bigint): string {
  const mebibytes = (bytes + 1024n ** 2n - 1n) / 1024n ** 2n
  return mebibytes % 1024n === 0n ? `${mebibytes / 1024n}Gi` : `${mebibytes}Mi`
}
