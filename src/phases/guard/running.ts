import { keyCount, unfinishedIn } from '../../core/redis/data-state.ts'
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
  const bytes = usedDataset(info)
  return {
    appends: enabled === '1',
    unfinished: unfinishedIn(info),
    keys: info.get('loading') === '1' ? undefined : keyCount(info),
    bytes: Number.isFinite(bytes) ? bytes : undefined
  }
}
