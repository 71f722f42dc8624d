import { isDeepStrictEqual } from 'node:util'
import { type KubernetesObject, listAt, textAt } from '../kubernetes-object.ts'
import type { ManifestDocument } from '../manifest.ts'
import { type RedisConfig, setting } from '../redis-config.ts'
import { container, externalSecret, memoryLimit, names, redisImage, redisStatefulSet } from '../workload.ts'
import type { Adjustments, SecretStore } from './inputs.ts'
import { addedContainers } from './overlay.ts'
import { claimIn, placesIn, reasonFor } from './places.ts'

type Values = { [Name in keyof Required<Adjustments>]: Adjustments[Name] | undefined }

/** An input that changes nothing would be a silent lie: each must be found again in what was rendered. */
export function effectProblems(
  documents: readonly ManifestDocument[],
  config: RedisConfig | undefined,
  adjustments: Adjustments
): string[] {
  const rendered = { ...valuesIn(documents), ...configured(config) }
  return problems(documents, adjustments, (name, wanted) => isDeepStrictEqual(rendered[name], wanted))
}

/**
 * The inputs for which the manifests have no place, so that their patches fail or add what was not there.
 * @param documents as they are without the patches
 */
export function placeProblems(documents: readonly ManifestDocument[], adjustments: Adjustments): string[] {
  const places = placesIn(documents)
  return problems(documents, adjustments, (name) => places[name])
}

/** Whether a container of the rendered StatefulSet may be nothing but our patches, which would have added it. */
export function mayBeAdded(documents: readonly ManifestDocument[], adjustments: Adjustments): boolean {
  const statefulSet = redisStatefulSet(documents)
  return (
    statefulSet !== undefined &&
    addedContainers(adjustments).some((added) => isDeepStrictEqual(container(statefulSet, added.name), added))
  )
}

function problems(
  documents: readonly ManifestDocument[],
  adjustments: Adjustments,
  isRight: (name: keyof Adjustments, wanted: unknown) => boolean
): string[] {
  const isSelfHosted = redisStatefulSet(documents) !== undefined
  return Object.entries(adjustments)
    .filter(([name]) => isSelfHosted || !connectionInputs.includes(name))
    .filter(([name, wanted]) => !isRight(name as keyof Adjustments, wanted))
    .map(([name, wanted]) => {
      const input = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
      const value = typeof wanted === 'string' ? wanted : `${wanted.kind}/${wanted.name}`
      return `the input ${input}: ${value} has no effect, because ${reasonFor(input, documents)}`
    })
}

/** What a managed cache is asked for, and with what, instead of being set up so. */
const connectionInputs = ['redisImage', 'maxmemoryPolicy']

function configured(config: RedisConfig | undefined): Pick<Values, 'maxmemory' | 'maxmemoryPolicy'> {
  return {
    maxmemory: config && setting(config, 'maxmemory'),
    maxmemoryPolicy: config && setting(config, 'maxmemory-policy')
  }
}

function valuesIn(documents: readonly ManifestDocument[]): Omit<Values, 'maxmemory' | 'maxmemoryPolicy'> {
  const statefulSet = redisStatefulSet(documents)
  const external = externalSecret(documents)?.object
  return {
    memoryLimit: statefulSet && memoryLimit(statefulSet),
    storageSize: textAt(claimIn(statefulSet), 'spec', 'resources', 'requests', 'storage'),
    storageClass: textAt(claimIn(statefulSet), 'spec', 'storageClassName'),
    redisImage: statefulSet && redisImage(statefulSet),
    exporterImage: statefulSet && textAt(container(statefulSet, names.exporterContainer), 'image'),
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
