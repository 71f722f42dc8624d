import { listAt } from './kubernetes-object.ts'
import type { ManifestDocument } from './manifest.ts'
import { type RedisConfig, setting } from './redis-config.ts'
import { container, names } from './workload.ts'

/** An argument of redis-server, as an item of a list or within the script of a shell. */
const argument = /--appendonly["']?[\s=]+["']?(yes|no)\b/gi

/**
 * Whether Redis starts with an append-only file; undefined if nothing that is known says so. An argument of redis-server
 * overrides the file.
 */
export function appendsAtStart(
  statefulSet: ManifestDocument | undefined,
  config: RedisConfig | undefined
): boolean | undefined {
  const redis = statefulSet && container(statefulSet, names.redisContainer)
  const command = [...listAt(redis, 'command'), ...listAt(redis, 'args')].join(' ')
  const [, value] = [...command.matchAll(argument)].at(-1) ?? []
  if (value !== undefined) return value.toLowerCase() === 'yes'
  return config && setting(config, 'appendonly')?.toLowerCase() === 'yes'
}
