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
  const [, value] = [...commandOf(container).matchAll(argument)].at(-1) ?? []
  if (value !== undefined) return value.toLowerCase() === 'yes'
  return fromFile(settings)
}

/** The same, of a Redis of which the file is known and the arguments are not: undefined if they may override it. */
export function appendsByFile({ container, settings }: RenderedRedis): boolean | undefined {
  return /--appendonly\b/i.test(commandOf(container)) ? undefined : fromFile(settings)
}

function commandOf(container: RenderedRedis['container']): string {
  return [...(container?.command ?? []), ...(container?.args ?? [])].join(' ')
}

function fromFile(settings: RenderedRedis['settings']): boolean | undefined {
  const config = knownValue(settings)?.config
  return config && setting(config, 'appendonly')?.toLowerCase() === 'yes'
}
