import { keyCount, unfinishedIn } from '../../core/redis/data-state.ts'
import { type Engine, engineOfInfo } from '../../core/redis/engine.ts'
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
  /** The append-only file, in bytes; 0 without one. */
  appendedBytes: number
  /** What counts against maxmemory, in bytes. */
  used: number | undefined
  /** In bytes; 0 without a limit. */
  maxmemory: number | undefined
  /** Changes that no snapshot has yet. */
  unsaved: number | undefined
  /** What Redis could not write: `name:value` of INFO. */
  failing: string[]
  engine: Engine | undefined
}

/** Parses the reply of INFO; undefined if it does not say whether there is an append-only file. */
export function runningFrom(info: RedisInfo): Running | undefined {
  const enabled = info.get('aof_enabled')
  if (enabled === undefined) return undefined
  const bytes = usedDataset(info)
  const number = (name: string) => (info.has(name) ? Number(info.get(name)) : undefined)
  return {
    appends: enabled === '1',
    unfinished: unfinishedIn(info),
    keys: info.get('loading') === '1' ? undefined : keyCount(info),
    bytes: Number.isFinite(bytes) ? bytes : undefined,
    appendedBytes: number('aof_current_size') ?? 0,
    used: difference(number('used_memory'), number('mem_not_counted_for_evict')),
    maxmemory: number('maxmemory'),
    unsaved: number('rdb_changes_since_last_save'),
    failing: failingIn(info),
    engine: engineOfInfo(info)
  }
}

function difference(one: number | undefined, other = 0): number | undefined {
  return one === undefined ? undefined : one - other
}

/** The last append-only write where there is such a file, and the last snapshot where it is all that there is. */
function failingIn(info: RedisInfo): string[] {
  const relevant = info.get('aof_enabled') === '1' ? ['aof_last_write_status'] : ['rdb_last_bgsave_status']
  return relevant.filter((name) => info.get(name) === 'err').map((name) => `${name}:err`)
}
