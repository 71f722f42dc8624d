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

/** From which share of maxmemory on a policy may evict any key at any time: what clients write in a moment fits below. */
const nearlyFull = 0.9

/** Whether Redis is so full that its policy may evict keys that were just written. */
export function isAboutToEvict(info: RedisInfo): boolean {
  const maxmemory = Number(info.get('maxmemory') ?? 0)
  const used = Number(info.get('used_memory') ?? 0) - Number(info.get('mem_not_counted_for_evict') ?? 0)
  return info.get('maxmemory_policy') !== 'noeviction' && maxmemory > 0 && used > nearlyFull * maxmemory
}
