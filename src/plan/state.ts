import type { KubernetesObject } from '../kubernetes-object.ts'
import type { ManifestDocument } from '../manifest.ts'
import { type RedisConfig, redisConfigMap, renderedRedisConfig } from '../redis-config.ts'
import { redisStatefulSet } from '../workload.ts'

/** The objects of one moment, and what they say of Redis. */
export interface State {
  objects: readonly KubernetesObject[]
  /** The self-hosted Redis, if it is among them. */
  statefulSet: ManifestDocument | undefined
  /** Its configuration, if that is among them. */
  config: RedisConfig | undefined
  /** The files of the ConfigMap with it, as they are written. */
  files: Readonly<Record<string, string>>
}

export function stateOf(objects: readonly KubernetesObject[]): State {
  const documents = objects.map((object) => ({ object, source: '' }))
  const data = Object.entries(redisConfigMap(documents)?.object['data'] ?? {})
  const files = Object.fromEntries(data.map(([name, text]) => [name, String(text)]))
  return { objects, statefulSet: redisStatefulSet(documents), config: renderedRedisConfig(documents), files }
}
