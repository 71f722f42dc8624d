import { isDeepStrictEqual } from 'node:util'
import { at, type KubernetesObject, listAt, objectId, textAt } from '../kubernetes-object.ts'
import type { ManifestDocument } from '../manifest.ts'
import { parseQuantity, parseRedisMemory, toRedisUnit } from '../memory.ts'
import { type RedisConfig, renderedRedisConfig, setting } from '../redis-config.ts'
import { container, externalSecret, memoryLimit, names, redisImage, redisStatefulSet } from '../workload.ts'
import type { Adjustments, SecretStore } from './inputs.ts'

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
  documents: readonly ManifestDocument[],
  config: RedisConfig | undefined,
  adjustments: Adjustments
): string[] {
  const statefulSet = redisStatefulSet(documents)
  const external = externalSecret(documents)?.object
  const rendered: { [Name in keyof Required<Adjustments>]: Adjustments[Name] | undefined } = {
    maxmemory: config && setting(config, 'maxmemory'),
    maxmemoryPolicy: config && setting(config, 'maxmemory-policy'),
    memoryLimit: statefulSet && memoryLimit(statefulSet),
    storageSize: claim(statefulSet, 'resources', 'requests', 'storage'),
    storageClass: claim(statefulSet, 'storageClassName'),
    redisImage: statefulSet && redisImage(statefulSet),
    exporterImage: statefulSet && textAt(container(statefulSet, names.exporterContainer), 'image'),
    secretStore: external && secretStoreOf(external),
    remoteSecret: external && remoteSecretOf(external)
  }
  return Object.entries(adjustments)
    .filter(([name]) => statefulSet !== undefined || !connectionInputs.includes(name))
    .filter(([name, wanted]) => !isDeepStrictEqual(rendered[name as keyof Adjustments], wanted))
    .map(([name, wanted]) => {
      const input = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
      const value = typeof wanted === 'string' ? wanted : `${wanted.kind}/${wanted.name}`
      return `the input ${input}: ${value} has no effect, because ${reason(input, statefulSet !== undefined)}`
    })
}

/** What a managed cache is asked for, and with what, instead of being set up so. */
const connectionInputs = ['redisImage', 'maxmemoryPolicy']

function secretStoreOf(object: KubernetesObject): SecretStore {
  const kind =
    textAt(object, 'spec', 'secretStoreRef', 'kind') === 'ClusterSecretStore' ? 'ClusterSecretStore' : 'SecretStore'
  return { kind, name: textAt(object, 'spec', 'secretStoreRef', 'name') ?? '' }
}

/** The one secret that all fields come from, undefined if there are several. */
function remoteSecretOf(object: KubernetesObject): string | undefined {
  const [key, ...others] = new Set(listAt(object, 'spec', 'data').map((item) => textAt(item, 'remoteRef', 'key')))
  return others.length === 0 ? key : undefined
}

function reason(input: string, selfHosted: boolean): string {
  if (input === 'secret-store' || input === 'remote-secret') {
    return selfHosted
      ? `these manifests have a StatefulSet ${names.statefulSet}, which needs no secret from elsewhere`
      : `these manifests have no ExternalSecret for ${names.credentials} whose fields all come from one secret`
  }
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
