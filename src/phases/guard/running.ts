import { type RedisInfo, usedDataset } from '../../core/redis/info.ts'

/** What the running Redis reports about its data. */
export interface Running {
  appends: boolean
  /** What must finish before a restart would find all keys in the append-only file: `name:value` of INFO. */
  unfinished: string[]
  /** Undefined while it is loading them. */
  keys: number | undefined
  /** Their size in bytes; undefined if missing in INFO. */
  bytes: number | undefined
}

/** Parses the reply of INFO; undefined if it does not say whether there is an append-only file. */
export function runningFrom(info: RedisInfo): Running | undefined {
  const enabled = info.get('aof_enabled')
  if (enabled === undefined) return undefined
  const databases = [...info].filter(([name]) => /^db\d+$/.test(name))
  const keys = databases.map(([, value]) => Number(/\bkeys=(\d+)/.exec(value)?.[1] ?? 0)).reduce((a, b) => a + b, 0)
  const bytes = usedDataset(info)
  return {
    appends: enabled === '1',
    unfinished: unfinishedIn(info),
    keys: info.get('loading') === '1' ? undefined : keys,
    bytes: Number.isFinite(bytes) ? bytes : undefined
  }
}

/** What `INFO persistence` shows after a file that was enabled live contains all keys. */
export const finished = {
  aof_enabled: '1',
  aof_rewrite_scheduled: '0',
  aof_rewrite_in_progress: '0',
  aof_last_bgrewrite_status: 'ok'
} as const

function unfinishedIn(info: RedisInfo): string[] {
  const wrong = Object.entries(finished).filter(([name, value]) => info.get(name) !== value)
  // While a BGSAVE runs, the first rewrite is only scheduled, and all of these may look right before it begins.
  const size = info.has('aof_base_size') ? 'aof_base_size' : 'aof_current_size'
  return [
    ...wrong.map(([name]) => `${name}:${info.get(name) ?? ''}`),
    ...(Number(info.get(size)) > 0 ? [] : [`${size}:${info.get(size) ?? ''}`])
  ]
}
