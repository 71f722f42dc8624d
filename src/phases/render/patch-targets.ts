import { isDeepStrictEqual } from 'node:util'
import { credentialFields } from '../../core/credentials.ts'
import { at, isMap, type KubernetesObject, listAt, textAt } from '../../core/kubernetes/object.ts'
import { containerOf, names } from '../../core/kubernetes/workload.ts'
import type { ManifestDocument } from '../../core/manifest.ts'
import { setting } from '../../core/redis/config.ts'
import { knownValue } from '../../core/rendered-cache/known.ts'
import { type RenderedCache, renderedCache } from '../../core/rendered-cache/rendered-cache.ts'
import type { Adjustments, SecretStore } from './deps.ts'
import { addedContainers } from './overlay.ts'

const configMap = 'redis-config'

/** The first claim of a StatefulSet, which holds the data. */
function claimIn(statefulSet: ManifestDocument | undefined): unknown {
  return listAt(statefulSet?.object, 'spec', 'volumeClaimTemplates')[0]
}

/** Whether there is a target that the patch of an input can change. */
function patchTargetsIn({ documents, redis, externalSecret }: RenderedCache): Record<keyof Adjustments, boolean> {
  const claim = at(claimIn(redis?.statefulSet), 'spec')
  const external = externalSecret?.object
  const isNamed = external?.metadata.name === names.credentials
  return {
    maxmemory: hasConfig(documents),
    maxmemoryPolicy: hasConfig(documents),
    memoryLimit: redis?.container !== undefined,
    redisImage: redis?.container !== undefined,
    exporterImage: redis?.exporter !== undefined,
    storageSize: at(claim, 'resources', 'requests', 'storage') !== undefined,
    storageClass: isMap(claim),
    secretStore: isNamed && isMap(at(external, 'spec')),
    remoteSecret: isNamed && credentialFields.every((_, index) => remoteKey(external, index) !== undefined)
  }
}

/** Why an input has no effect. */
function reasonFor(input: string, { documents, redis, externalSecret }: RenderedCache): string {
  if (input === 'secret-store' || input === 'remote-secret') {
    return redis === undefined
      ? reasonForSecret(externalSecret)
      : `these manifests have a StatefulSet ${names.statefulSet}, which uses no external secret`
  }
  if (redis === undefined) return `these manifests have no StatefulSet ${names.statefulSet}`
  if (input.startsWith('maxmemory')) {
    return hasConfig(documents)
      ? `redis.conf does not include the key ${input}.conf of ConfigMap ${configMap}`
      : `these manifests have no ConfigMap ${configMap} with data`
  }
  if (input.startsWith('storage')) {
    return claimIn(redis.statefulSet) === undefined
      ? `StatefulSet ${names.statefulSet} has no volumeClaimTemplates to set it in`
      : `the first of the volumeClaimTemplates of StatefulSet ${names.statefulSet} requests no storage`
  }
  const wanted = input === 'exporter-image' ? names.exporterContainer : names.redisContainer
  return `StatefulSet ${names.statefulSet} has no container ${wanted}`
}

function reasonForSecret(rendered: ManifestDocument | undefined): string {
  const external = rendered?.object
  if (external === undefined) return `these manifests have no ExternalSecret for ${names.credentials}`
  const { name } = external.metadata
  if (name !== names.credentials) return `ExternalSecret ${name} is not called ${names.credentials}`
  const count = listAt(external, 'spec', 'data').length
  return `ExternalSecret ${name} has ${count} items in spec.data, not one for each of ${credentialFields.join(', ')}`
}

function remoteKey(external: unknown, index: number): string | undefined {
  return textAt(external, 'spec', 'data', index, 'remoteRef', 'key')
}

function hasConfig(documents: readonly ManifestDocument[]): boolean {
  // A generator appends a hash to the name, and patches still find it.
  const isConfig = (name: string) => name === configMap || name.startsWith(`${configMap}-`)
  const found = documents.find(({ object }) => object.kind === 'ConfigMap' && isConfig(object.metadata.name))
  return isMap(at(found?.object, 'data'))
}

type Values = { [Name in keyof Required<Adjustments>]: Adjustments[Name] | undefined }

/** An input that changes nothing would be misleading: each must be found again in the rendered objects. */
export function effectProblems(cache: RenderedCache, adjustments: Adjustments): string[] {
  const rendered = valuesIn(cache)
  return problems(cache, adjustments, (name, wanted) => isDeepStrictEqual(rendered[name], wanted))
}

/**
 * The inputs without a target in the manifests, whose patches would fail or add something new.
 * @param documents the documents without the patches
 */
export function patchTargetProblems(documents: readonly ManifestDocument[], adjustments: Adjustments): string[] {
  const cache = renderedCache(documents)
  const places = patchTargetsIn(cache)
  return problems(cache, adjustments, (name) => places[name])
}

/** Whether a container of the rendered StatefulSet may consist of our patches only, which would have added it. */
export function mayBeAdded(documents: readonly ManifestDocument[], adjustments: Adjustments): boolean {
  const { redis } = renderedCache(documents)
  const statefulSet = redis?.statefulSet
  return (
    statefulSet !== undefined &&
    addedContainers(adjustments).some((added) => isDeepStrictEqual(containerOf(statefulSet.object, added.name), added))
  )
}

function problems(
  cache: RenderedCache,
  adjustments: Adjustments,
  isRight: (name: keyof Adjustments, wanted: unknown) => boolean
): string[] {
  const isSelfHosted = cache.redis !== undefined
  return Object.entries(adjustments)
    .filter(([name]) => isSelfHosted || !connectionInputs.includes(name))
    .filter(([name, wanted]) => !isRight(name as keyof Adjustments, wanted))
    .map(([name, wanted]) => {
      const input = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
      const value = typeof wanted === 'string' ? wanted : `${wanted.kind}/${wanted.name}`
      return `the input ${input}: ${value} has no effect because ${reasonFor(input, cache)}`
    })
}

/** The inputs that check a managed cache, instead of configuring a self-hosted one. */
const connectionInputs = ['redisImage', 'maxmemoryPolicy']

function valuesIn({ redis, externalSecret }: RenderedCache): Values {
  const settings = redis && knownValue(redis.settings)
  const claim = claimIn(redis?.statefulSet)
  const external = externalSecret?.object
  return {
    maxmemory: settings && setting(settings.config, 'maxmemory'),
    maxmemoryPolicy: settings && setting(settings.config, 'maxmemory-policy'),
    memoryLimit: redis?.container?.memoryLimit,
    storageSize: textAt(claim, 'spec', 'resources', 'requests', 'storage'),
    storageClass: textAt(claim, 'spec', 'storageClassName'),
    redisImage: redis?.container?.image,
    exporterImage: redis?.exporter?.image,
    secretStore: external && secretStoreOf(external),
    remoteSecret: external && remoteSecretOf(external)
  }
}

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
