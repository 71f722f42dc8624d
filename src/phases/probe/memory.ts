import { processMemory, type RedisInfo, usedMemory } from '../../core/redis/info.ts'
import { requiredMemoryLimit } from '../../core/rendered-cache/memory-budget.ts'
import type { JudgedCheck } from '../../core/result.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { formatBytes } from '../../core/units.ts'

/** What the memory of a Redis is judged by; sizes in bytes. */
export interface MemoryFacts {
  info: RedisInfo
  /** That in force; 0 for none, NaN where it is not known. */
  maxmemory: number
  policy: string | undefined
  /** The memory limit of the container; undefined where there is none, and for a managed cache. */
  limit: number | undefined
}

type MemoryCheck = Omit<JudgedCheck, 'code'>

/**
 * Whether Redis has room. A cache that evicts any key (`allkeys-*`) is full once it is warm, as it should be: there the
 * memory of the process is judged against the limit of the container. Every other policy may refuse writes when
 * maxmemory is reached, so used memory is judged against that.
 */
export function memoryChecks(facts: MemoryFacts, thresholdPercent: number): JudgedCheck[] {
  const { info, maxmemory, policy, limit } = facts
  const used = usedMemory(info)
  const checks =
    !Number.isFinite(used) || !(maxmemory > 0)
      ? [withoutSize(used)]
      : evictsAnyKey(policy)
        ? [evicting(used, maxmemory, policy), ...processCheck(processMemory(info), limit, thresholdPercent)]
        : [share('used memory', used, maxmemory, formatBytes(maxmemory), thresholdPercent)]
  const others = checks.every(({ passed }) => passed) ? evictionCheck(info) : []
  return [...checks, ...limitCheck(maxmemory, limit), ...others].map((check) => ({
    code: 'memory-over-threshold',
    ...check
  }))
}

/** Whether Redis makes room by evicting any key, with a TTL or without. */
export function evictsAnyKey(policy: string | undefined): policy is string {
  return policy?.startsWith('allkeys-') ?? false
}

function withoutSize(used: number): MemoryCheck {
  const detail = Number.isFinite(used)
    ? 'maxmemory is not set, so Redis can grow until it is killed'
    : 'missing in INFO'
  return { name: 'used memory', passed: false, detail }
}

function evicting(used: number, maxmemory: number, policy: string): MemoryCheck {
  const detail = `${formatBytes(used)} of ${formatBytes(maxmemory)}, ${percentOf(used, maxmemory)} %`
  return { name: 'used memory', passed: true, detail: `${detail}; ${sanitizeLine(policy)} evicts keys when it is full` }
}

function processCheck(rss: number, limit: number | undefined, thresholdPercent: number): MemoryCheck[] {
  const name = 'memory of the process'
  if (limit === undefined) return []
  if (!Number.isFinite(rss)) return [{ name, passed: false, detail: 'missing in INFO' }]
  return [share(name, rss, limit, `the container limit ${formatBytes(limit)}`, thresholdPercent)]
}

function share(name: string, used: number, maximum: number, of: string, thresholdPercent: number): MemoryCheck {
  const passed = (100 * used) / maximum < thresholdPercent
  const detail = `${formatBytes(used)} of ${of}, ${percentOf(used, maximum)} %`
  return { name, passed, detail: passed ? detail : `${detail}, not below ${thresholdPercent} %` }
}

function percentOf(used: number, maximum: number): string {
  return ((100 * used) / maximum).toFixed(1)
}

/** Rendering refuses a limit that is too low for the maxmemory it knows; this is about the one in force. */
function limitCheck(maxmemory: number, limit: number | undefined): MemoryCheck[] {
  if (limit === undefined || !(maxmemory > 0)) return []
  const required = Number(requiredMemoryLimit(BigInt(maxmemory)))
  if (limit >= required) return []
  const detail =
    `maxmemory ${formatBytes(maxmemory)} is in force, which needs a container limit of ${formatBytes(required)}; ` +
    `the limit is ${formatBytes(limit)}`
  return [{ name: 'memory limit', passed: false, detail }]
}

/** Eviction works in slices of time, so that a healthy cache is over maxmemory for moments while it is written to. */
const sustainedMilliseconds = 1_000

/**
 * Milliseconds for which Redis has been over maxmemory without being able to evict enough (7.0 and newer). Unlike the
 * counters of refused writes, it is 0 again as soon as that is over.
 */
function evictionCheck(info: RedisInfo): MemoryCheck[] {
  const exceeded = Number(info.get('current_eviction_exceeded_time') ?? 0)
  if (!(exceeded >= sustainedMilliseconds)) return []
  const detail = `Redis has been over maxmemory for ${exceeded} ms: keys are written faster than it can evict, or it finds none`
  return [{ name: 'eviction', passed: false, detail }]
}
