import type { RedisInfo } from './info.ts'

/** What `INFO persistence` shows after an append-only file that was enabled live contains all keys. */
export const finished = {
  aof_enabled: '1',
  aof_rewrite_scheduled: '0',
  aof_rewrite_in_progress: '0',
  aof_last_bgrewrite_status: 'ok'
} as const

/** What must finish before a restart would find all keys in the append-only file: `name:value` of INFO. */
export function unfinishedIn(info: RedisInfo): string[] {
  const wrong = Object.entries(finished).filter(([name, value]) => info.get(name) !== value)
  // While a BGSAVE runs, the first rewrite is only scheduled, and all of these may look right before it begins.
  const size = info.has('aof_base_size') ? 'aof_base_size' : 'aof_current_size'
  return [
    ...wrong.map(([name]) => `${name}:${info.get(name) ?? ''}`),
    ...(Number(info.get(size)) > 0 ? [] : [`${size}:${info.get(size) ?? ''}`])
  ]
}

/** What a server that is about to end should not be in the middle of: `name:value` of INFO. */
export function busyWith(info: RedisInfo): string[] {
  const jobs = ['loading', 'rdb_bgsave_in_progress', 'aof_rewrite_in_progress', 'aof_rewrite_scheduled']
  return jobs.filter((name) => info.get(name) === '1').map((name) => `${name}:1`)
}

/** The number of keys in all databases. */
export function keyCount(info: RedisInfo): number {
  const databases = [...info].filter(([name]) => /^db\d+$/.test(name))
  return databases.reduce((sum, [, value]) => sum + Number(/\bkeys=(\d+)/.exec(value)?.[1] ?? 0), 0)
}
