import { names } from '../../core/kubernetes/workload.ts'
import { setting } from '../../core/redis/config.ts'
import { knownValue } from '../../core/rendered-cache/known.ts'
import { requiredMemoryLimit } from '../../core/rendered-cache/memory-budget.ts'
import type { RenderedCache, RenderedRedis } from '../../core/rendered-cache/rendered-cache.ts'
import { quantityBytes, redisBytes, toRedisUnit } from '../../core/units.ts'
import type { Adjustments } from './deps.ts'
import { effectProblems } from './patch-targets.ts'
import { networkPolicyProblems } from './validate-network-policies.ts'
import { objectProblems } from './validate-objects.ts'
import { redisProblems } from './validate-redis.ts'
import { serviceProblems } from './validate-services.ts'
import { storageProblems } from './validate-storage.ts'
import { workloadProblems } from './validate-workloads.ts'

/** What is wrong with rendered manifests, whatever the cluster and the inputs say; an empty list if nothing is. */
export function manifestProblems(cache: RenderedCache, namespace: string): string[] {
  const { redis } = cache
  return [
    ...objectProblems(cache, namespace),
    ...workloadProblems(cache, namespace),
    ...serviceProblems(cache, namespace),
    ...networkPolicyProblems(cache),
    ...(redis === undefined ? [] : [...redisProblems(redis), ...storageProblems(redis)])
  ]
}

/** The same of what inputs change: sizes that do not fit, and inputs without effect. */
export function adjustmentProblems(cache: RenderedCache, adjustments: Adjustments): string[] {
  const { redis } = cache
  return [...(redis === undefined ? [] : memoryProblems(redis)), ...effectProblems(cache, adjustments)]
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
