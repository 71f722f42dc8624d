import { knownValue } from '../rendered-cache/known.ts'
import type { RenderedRedis } from '../rendered-cache/rendered-cache.ts'
import { setting } from './config.ts'

/** An argument of redis-server, as an item of a list or within a script that is not understood as a whole. */
const argument = /--appendonly["']?[\s=]+["']?(yes|no)\b/gi

/**
 * Whether Redis starts with an append-only file; undefined if nothing that is known says so. An argument of redis-server
 * overrides the file.
 */
export function appendsAtStart({ container, settings }: RenderedRedis): boolean | undefined {
  const command = [...(container?.command ?? []), ...(container?.args ?? [])].join(' ')
  const [, value] = [...command.matchAll(argument)].at(-1) ?? []
  if (value !== undefined) return value.toLowerCase() === 'yes'
  const config = knownValue(settings)?.config
  return config && setting(config, 'appendonly')?.toLowerCase() === 'yes'
}
