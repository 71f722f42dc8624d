import { isDeepStrictEqual } from 'node:util'
import { type KubernetesObject, listAt, textAt } from '../kubernetes-object.ts'
import type { ManifestDocument } from '../manifest.ts'
import { setting } from '../redis-config.ts'
import { knownValue } from '../rendered-cache/known.ts'
import { type RenderedCache, renderedCache } from '../rendered-cache/rendered-cache.ts'
import { container } from '../workload.ts'
import type { Adjustments, SecretStore } from './inputs.ts'
import { addedContainers } from './overlay.ts'
import { claimIn, placesIn, reasonFor } from './places.ts'

type Values = { [Name in keyof Required<Adjustments>]: Adjustments[Name] | undefined }

/** An input that changes nothing would be a silent lie: each must be found again in what was rendered. */
export function effectProblems(cache: RenderedCache, adjustments: Adjustments): string[] {
  const rendered = valuesIn(cache)
  return problems(cache, adjustments, (name, wanted) => isDeepStrictEqual(rendered[name], wanted))
}

/**
 * The inputs for which the manifests have no place, so that their patches fail or add what was not there.
 * @param documents as they are without the patches
 */
export function placeProblems(documents: readonly ManifestDocument[], adjustments: Adjustments): string[] {
  const cache = renderedCache(documents)
  const places = placesIn(cache)
  return problems(cache, adjustments, (name) => places[name])
}

/** Whether a container of the rendered StatefulSet may be nothing but our patches, which would have added it. */
export function mayBeAdded(documents: readonly ManifestDocument[], adjustments: Adjustments): boolean {
  const { redis } = renderedCache(documents)
  const statefulSet = redis?.statefulSet
  return (
    statefulSet !== undefined &&
    addedContainers(adjustments).some((added) => isDeepStrictEqual(container(statefulSet, added.name), added))
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
      return `the input ${input}: ${value} has no effect, because ${reasonFor(input, cache)}`
    })
}

/** What a managed cache is asked for, and with what, instead of being set up so. */
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
