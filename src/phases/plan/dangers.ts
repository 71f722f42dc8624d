import { at, type KubernetesObject, listAt, objectId, textAt } from '../../core/kubernetes/object.ts'
import { names } from '../../core/kubernetes/workload.ts'
import { setting } from '../../core/redis/config.ts'
import { knownValue } from '../../core/rendered-cache/known.ts'
import { requiredMemoryLimit } from '../../core/rendered-cache/memory-budget.ts'
import { cacheOfObjects, type RenderedCache } from '../../core/rendered-cache/rendered-cache.ts'
import type { Danger } from '../../core/result.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { formatBytes, quantityBytes, redisBytes } from '../../core/units.ts'
import { weakenedPolicies } from './network-policy.ts'
import { openDoors } from './password.ts'
import {
  lostPersistence,
  movedFiles,
  olderEngine,
  shrinkingStorage,
  smallerMemory,
  startedPersistence
} from './storage.ts'

/** The rules by name; each describes the dangers of a change, one sentence each. */
const rules: Record<string, (before: RenderedCache, after: RenderedCache) => string[]> = {
  'storage-shrinks': shrinkingStorage,
  'persistence-off': lostPersistence,
  'persistence-on': startedPersistence,
  'files-moved': movedFiles,
  'maxmemory-shrinks': smallerMemory,
  'engine-older': olderEngine,
  'password-weakened': becoming(openDoors),
  'network-policy-weakened': weakenedPolicies,
  'memory-budget': becoming(memoryShortage),
  'image-without-tag': becoming(looseImages),
  'service-exposed': becoming(exposedServices)
}

/**
 * The dangers that a change introduces, not those that existed before.
 * @param before the objects as they are, including those that would no longer be rendered
 * @param after the same objects as they would be, and new ones
 */
export function dangersOf(before: readonly KubernetesObject[], after: readonly KubernetesObject[]): Danger[] {
  const caches = [cacheOfObjects(before), cacheOfObjects(after)] as const
  return Object.entries(rules).flatMap(([rule, judge]) =>
    judge(...caches).map((sentence) => ({ rule, sentence: sanitizeLine(sentence) }))
  )
}

/** Turns a rule about one state into a rule about a change: names that are found now and were not found before. */
function becoming(
  find: (cache: RenderedCache) => Map<string, string>
): (before: RenderedCache, after: RenderedCache) => string[] {
  return (before, after) => {
    const known = find(before)
    return [...find(after)].filter(([name]) => !known.has(name)).map(([, sentence]) => sentence)
  }
}

/**
 * A child process that saves may copy all memory of its parent, so Redis needs up to twice its maxmemory. Manifests
 * with less are refused before there is a plan; this detects what the admission of a cluster makes of them.
 */
function memoryShortage({ redis }: RenderedCache): Map<string, string> {
  const settings = redis && knownValue(redis.settings)
  if (settings === undefined || settings.unresolved.includes('maxmemory')) return new Map()
  const [limit, maxmemory] = [redis?.container?.memoryLimit, setting(settings.config, 'maxmemory')]
  const [limitBytes, bytes] = [quantityBytes(limit ?? ''), redisBytes(maxmemory ?? '')]
  const container = `container ${names.redisContainer}`
  // Redis refuses to start with an invalid size.
  if (maxmemory !== undefined && bytes === undefined) return new Map()
  if (!bytes) return new Map([['memory', `Redis would have no maxmemory and could grow until the kernel kills it`]])
  if (limitBytes === undefined) return new Map([['memory', `${container} would have no memory limit`]])
  const required = requiredMemoryLimit(bytes)
  if (limitBytes >= required) return new Map()
  const sentence =
    `the memory limit ${limit} of ${container} would be less than twice maxmemory ${maxmemory}: ` +
    `while it saves, Redis may need ${formatBytes(Number(required))}`
  return new Map([['memory', sentence]])
}

/** Image references that may change their content. */
function looseImages({ documents }: RenderedCache): Map<string, string> {
  const found = documents.flatMap(({ object }) => {
    const pod = podSpecOf(object)
    const containers = [...listAt(pod, 'initContainers'), ...listAt(pod, 'containers')]
    return containers.flatMap((container): [string, string][] => {
      const image = textAt(container, 'image') ?? ''
      // A colon before the last slash is the port of a registry.
      const tag = /^[^@]*:([^:/@]+)$/.exec(image)?.[1] ?? 'latest'
      if (image === '' || image.includes('@') || tag !== 'latest') return []
      const name = `container ${textAt(container, 'name')} of ${objectId(object)}`
      return [[name, `the image ${image} of ${name} would have no version tag: a restart may pull a different version`]]
    })
  })
  return new Map(found)
}

function podSpecOf({ kind, spec }: KubernetesObject): unknown {
  if (kind === 'Pod') return spec
  return at(kind === 'CronJob' ? at(spec, 'jobTemplate', 'spec') : spec, 'template', 'spec')
}

function exposedServices({ services }: RenderedCache): Map<string, string> {
  const exposed = services.filter(({ type }) => type === 'NodePort' || type === 'LoadBalancer')
  return new Map(
    exposed.map(({ name, type }) => [name, `Service/${name} would be a ${type}, reachable from outside the cluster`])
  )
}
