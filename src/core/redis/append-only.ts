import { knownValue } from '../rendered-cache/known.ts'
import type { RenderedRedis } from '../rendered-cache/rendered-cache.ts'
import { setting } from './config.ts'

/** An argument of redis-server, as an item of a list or within a script that is not fully parsed. */
const argument = /--appendonly["']?[\s=]+["']?([^\s"';]*)/gi

/**
 * Whether Redis starts with an append-only file; undefined if that is unknown. An argument of redis-server overrides
 * the file.
 */
export function appendsAtStart({ container, settings }: RenderedRedis): boolean | undefined {
  const values = [...commandOf(container).matchAll(argument)].map(([, value = '']) => value.toLowerCase())
  const last = values.at(-1)
  if (last === undefined) return fromFile(settings)
  // In a script, each may be in a different branch.
  const isScript = [...(container?.command ?? []), ...(container?.args ?? [])].some((word) => /^-[a-z]*c$/.test(word))
  if (isScript && new Set(values).size > 1) return undefined
  // Anything else is a variable.
  return ['yes', 'no'].includes(last) ? last === 'yes' : undefined
}

/** The same for a Redis with a known file and unknown arguments: undefined if they may override it. */
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
