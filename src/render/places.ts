import { credentialFields } from '../credentials.ts'
import { at, isMap, listAt, textAt } from '../kubernetes-object.ts'
import type { ManifestDocument } from '../manifest.ts'
import type { RenderedCache } from '../rendered-cache/rendered-cache.ts'
import { names } from '../workload.ts'
import type { Adjustments } from './inputs.ts'

const configMap = 'redis-config'

/** The first claim of a StatefulSet, which holds the data. */
export function claimIn(statefulSet: ManifestDocument | undefined): unknown {
  return listAt(statefulSet?.object, 'spec', 'volumeClaimTemplates')[0]
}

/** Whether there is something that the patch of an input can change. */
export function placesIn({ documents, redis, externalSecret }: RenderedCache): Record<keyof Adjustments, boolean> {
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
export function reasonFor(input: string, { documents, redis, externalSecret }: RenderedCache): string {
  if (input === 'secret-store' || input === 'remote-secret') {
    return redis === undefined
      ? reasonForSecret(externalSecret)
      : `these manifests have a StatefulSet ${names.statefulSet}, which needs no secret from elsewhere`
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
  return `ExternalSecret ${name} has ${count} items in spec.data, and not one for each of ${credentialFields.join(', ')}`
}

function remoteKey(external: unknown, index: number): string | undefined {
  return textAt(external, 'spec', 'data', index, 'remoteRef', 'key')
}

function hasConfig(documents: readonly ManifestDocument[]): boolean {
  // A generator appends a hash to the name, and patches find it all the same.
  const isConfig = (name: string) => name === configMap || name.startsWith(`${configMap}-`)
  const found = documents.find(({ object }) => object.kind === 'ConfigMap' && isConfig(object.metadata.name))
  return isMap(at(found?.object, 'data'))
}
