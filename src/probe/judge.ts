import { type RedisConfig, savePoints, setting } from '../redis-config.ts'
import { memoryCheck, type RedisInfo, usedMemory } from '../redis-info.ts'
import type { JudgedCheck } from '../result.ts'
import { redisBytes } from '../units.ts'
import { harmlessLine } from '../untrusted-text.ts'

/** What Redis told of itself. */
export interface RedisFacts {
  info: RedisInfo
  /** CONFIG GET of the settings below. */
  live: ReadonlyMap<string, string>
}

/** The settings that must be in force as rendered; `save` is compared as the list of its points. */
export const comparedSettings = ['maxmemory', 'maxmemory-policy', 'appendonly', 'appendfsync', 'save', 'protected-mode']

/** All that the answers of Redis must hold; each with what was seen. */
export function judge(facts: RedisFacts, expected: RedisConfig | undefined, thresholdPercent: number): JudgedCheck[] {
  return [
    ...(expected === undefined ? [] : comparedSettings.flatMap((name) => compare(name, facts.live, expected))),
    memoryCheck(usedMemory(facts.info), maxmemory(facts.live), thresholdPercent),
    ...persistence(facts.info)
  ]
}

export function maxmemory(live: ReadonlyMap<string, string>): number {
  return Number(live.get('maxmemory') ?? Number.NaN)
}

function compare(name: string, live: ReadonlyMap<string, string>, expected: RedisConfig): JudgedCheck[] {
  const wanted = wantedValue(name, expected)
  if (wanted === undefined) return []
  const actual = live.get(name)
  const show = (value: string | undefined) => (value === undefined ? 'unknown' : harmlessLine(value) || 'empty')
  return [
    {
      name,
      code: 'config-drift',
      passed: actual === wanted,
      detail: actual === wanted ? show(actual) : `${show(actual)} in force, ${show(wanted)} rendered`
    }
  ]
}

function wantedValue(name: string, expected: RedisConfig): string | undefined {
  if (name === 'save') return savePoints(expected)
  const value = setting(expected, name)
  if (value === undefined || name !== 'maxmemory') return value?.toLowerCase()
  return String(redisBytes(value) ?? value)
}

function persistence(info: RedisInfo): JudgedCheck[] {
  const status = (name: string, field: string): JudgedCheck => {
    const value = info.get(field) ?? 'unknown'
    return { name, code: 'persistence-failing', passed: value === 'ok', detail: `${field} is ${harmlessLine(value)}` }
  }
  const appendOnly = info.get('aof_enabled') === '1'
  return [
    status('last snapshot', 'rdb_last_bgsave_status'),
    ...(appendOnly
      ? [status('last append-only write', 'aof_last_write_status'), status('last rewrite', 'aof_last_bgrewrite_status')]
      : [])
  ]
}
