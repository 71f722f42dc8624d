import { at, listAt, objectId, textAt } from '../kubernetes-object.ts'
import type { ManifestDocument } from '../manifest.ts'
import { parseQuantity, parseRedisMemory, toRedisUnit } from '../memory.ts'
import { type RedisConfig, renderedRedisConfig, setting } from '../redis-config.ts'
import { container, memoryLimit, names, redisStatefulSet } from '../workload.ts'
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
    ...(statefulSet === undefined ? [] : memoryProblems(statefulSet, config)),
    ...effectProblems(statefulSet, config, adjustments)
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
function memoryProblems(statefulSet: ManifestDocument, config: RedisConfig | undefined): string[] {
  const limit = memoryLimit(statefulSet)
  if (limit === undefined) return [`container ${names.redisContainer} has no memory limit`]
  const limitBytes = parseQuantity(limit)
  if (limitBytes === undefined) return [`container ${names.redisContainer}: memory limit ${limit} is no quantity`]
  if (config === undefined) return []
  const maxmemory = setting(config, 'maxmemory')
  if (maxmemory === undefined || parseRedisMemory(maxmemory) === 0) {
    return ['redis.conf sets no maxmemory, so Redis would grow until the kernel kills it']
  }
  const bytes = parseRedisMemory(maxmemory)
  if (bytes === undefined) return [`maxmemory ${maxmemory} is no size for Redis; write ${toRedisUnit(maxmemory)}`]
  if (limitBytes >= 2 * bytes) return []
  return [
    `the memory limit ${limit} of container ${names.redisContainer} is less than twice maxmemory ${maxmemory}; ` +
      `set memory-limit to ${quantityOf(2 * bytes)} or more, or maxmemory to less`
  ]
}

/** The smallest quantity that is enough, in whole units. */
function quantityOf(bytes: number): string {
  const mebibytes = Math.ceil(bytes / 1024 ** 2)
  return mebibytes % 1024 === 0 ? `${mebibytes / 1024}Gi` : `${mebibytes}Mi`
}

/** An input that changes nothing would be a silent lie: each must be found again in what was rendered. */
function effectProblems(
  statefulSet: ManifestDocument | undefined,
  config: RedisConfig | undefined,
  adjustments: Adjustments
): string[] {
  const rendered: Record<keyof Adjustments, string | undefined> = {
    maxmemory: config && setting(config, 'maxmemory'),
    maxmemoryPolicy: config && setting(config, 'maxmemory-policy'),
    memoryLimit: statefulSet && memoryLimit(statefulSet),
    storageSize: claim(statefulSet, 'resources', 'requests', 'storage'),
    storageClass: claim(statefulSet, 'storageClassName'),
    redisImage: statefulSet && textAt(container(statefulSet, names.redisContainer), 'image'),
    exporterImage: statefulSet && textAt(container(statefulSet, names.exporterContainer), 'image')
  }
  return Object.entries(adjustments)
    .filter(([name, wanted]) => rendered[name as keyof Adjustments] !== wanted)
    .map(([name, wanted]) => {
      const input = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
      return `the input ${input}: ${wanted} has no effect, because ${reason(input, statefulSet !== undefined)}`
    })
}

function reason(input: string, selfHosted: boolean): string {
  if (!selfHosted) return `these manifests have no StatefulSet ${names.statefulSet}`
  if (input.startsWith('maxmemory'))
    return `redis.conf does not include the key ${input}.conf of ConfigMap redis-config`
  if (input.startsWith('storage')) return `StatefulSet ${names.statefulSet} has no volumeClaimTemplates to set it in`
  const wanted = input === 'exporter-image' ? names.exporterContainer : names.redisContainer
  return `StatefulSet ${names.statefulSet} has no container ${wanted}`
}

function claim(statefulSet: ManifestDocument | undefined, ...path: string[]): string | undefined {
  const [first] = listAt(statefulSet?.object, 'spec', 'volumeClaimTemplates')
  return textAt(first, 'spec', ...path)
}
