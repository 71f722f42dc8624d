import { endpointForm } from '../../core/aws-endpoint.ts'
import { names } from '../../core/kubernetes/workload.ts'
import { type RedisConfig, savePoints, setting } from '../../core/redis/config.ts'
import { parseInfo, type RedisInfo, usedMemory } from '../../core/redis/info.ts'
import type { JudgedCheck } from '../../core/result.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { formatBytes, redisBytes } from '../../core/units.ts'
import type { ConnectionInputs } from './deps.ts'
import { managedHint } from './hints.ts'
import type { Answers } from './network-problem.ts'
import { endpointText, type Finding, type ProbeContext, unreachableCode } from './probe-context.ts'

/** What Redis reported about itself. */
export interface RedisFacts {
  info: RedisInfo
  /** The replies to CONFIG GET of the settings below. */
  live: ReadonlyMap<string, string>
}

/** The settings that must be in force as rendered; `save` is compared as a list of save points. */
export const comparedSettings = ['maxmemory', 'maxmemory-policy', 'appendonly', 'appendfsync', 'save', 'protected-mode']

/**
 * All requirements on the replies of Redis, each with what was seen.
 * @param unresolved settings that are unknown before Redis starts, so that they cannot be compared
 */
export function selfHostedChecks(
  facts: RedisFacts,
  expected: RedisConfig | undefined,
  thresholdPercent: number,
  unresolved: readonly string[] = []
): JudgedCheck[] {
  const compared = expected === undefined ? [] : comparedSettings.filter((name) => !unresolved.includes(name))
  return [
    ...compared.flatMap((name) => compare(name, facts.live, expected ?? new Map())),
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
  const show = (value: string | undefined) => (value === undefined ? 'unknown' : sanitizeLine(value) || 'empty')
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
    return { name, code: 'persistence-failing', passed: value === 'ok', detail: `${field} is ${sanitizeLine(value)}` }
  }
  const appendOnly = info.get('aof_enabled') === '1'
  return [
    status('last snapshot', 'rdb_last_bgsave_status'),
    ...(appendOnly
      ? [status('last append-only write', 'aof_last_write_status'), status('last rewrite', 'aof_last_bgrewrite_status')]
      : [])
  ]
}

type Wanted = Pick<ConnectionInputs, 'maxmemoryPolicy' | 'memoryThresholdPercent'>

/** The requirements on the replies of the cache, each with what was seen. */
export function managedChecks({ anonymous, ping, info }: Answers, wanted: Wanted, context: ProbeContext): Finding[] {
  const open = openFinding(anonymous)
  const judged = [open, pingFinding(ping, open.passed, context)]
  const facts = parseInfo(info)
  if (facts.has('redis_version')) judged.push(...factFindings(facts, wanted, context))
  else if (judged.every(({ passed }) => passed)) judged.push(noInfo(info))
  return judged.map((finding) => ({ ...finding, hint: managedHint(finding.code, context) }))
}

type Judged = Omit<Finding, 'hint'>

/** The cache must refuse everything without the password. */
function openFinding(anonymous: string): Judged {
  const passed = /^(NOAUTH|DENIED)\b/.test(anonymous)
  const detail = passed ? 'refused' : `PING was answered with ${sanitizeLine(anonymous, 100)}`
  return { name: 'without a password', code: 'redis-open', passed, detail }
}

/** redis-cli reports a failed AUTH first, on a line of its own, and continues with its command. */
function pingFinding(ping: string, closed: boolean, { topology }: ProbeContext): Judged {
  const base = { name: 'PING', passed: false }
  const lines = ping.split(/\r?\n/)
  const said = sanitizeLine(ping)
  if (lines.at(-1) === 'PONG') {
    return { ...base, code: 'redis-auth', passed: true, detail: closed ? 'PONG, with the password' : 'PONG' }
  }
  if (/\b(WRONGPASS|NOAUTH)\b|^(Warning: )?AUTH failed/.test(said)) {
    return { ...base, code: 'redis-auth', detail: `the password of Secret/${names.credentials} was rejected: ${said}` }
  }
  if (/^NOPERM\b/.test(said)) return { ...base, code: 'redis-auth', detail: `the user may not run PING: ${said}` }
  if (/^LOADING\b/.test(said)) return { ...base, code: 'redis-loading', detail: said }
  if (/^MISCONF\b/.test(said)) return { ...base, code: 'persistence-failing', detail: said }
  return { ...base, code: unreachableCode(topology), detail: said || 'no answer' }
}

function noInfo(info: string): Judged {
  const said = sanitizeLine(info, 300)
  return { name: 'INFO', code: 'redis-auth', passed: false, detail: said || 'no answer' }
}

function factFindings(info: RedisInfo, wanted: Wanted, context: ProbeContext): Judged[] {
  const role = isClustered(info) ? [] : [roleFinding(info, context)]
  // For a Redis in the cluster, the probe compares all settings and checks its memory.
  if (context.topology === 'self-hosted' || unjudgedSize(info, context) !== undefined) return role
  const memory = memoryCheck(usedMemory(info), Number(info.get('maxmemory')), wanted.memoryThresholdPercent)
  return [...role, policyFinding(info, wanted.maxmemoryPolicy), memory]
}

/**
 * In cluster mode every node has its own share of the keys, and may be a replica of another: the role is not checked.
 */
export function isClustered(info: RedisInfo): boolean {
  return info.get('cluster_enabled') === '1'
}

/** Why memory and policy of a managed cache are not checked; undefined if they are. */
export function unjudgedSize(info: RedisInfo, { address }: Pick<ProbeContext, 'address'>): string | undefined {
  const because = (reason: string) => `Memory and maxmemory-policy were not checked: ${reason}.`
  if (endpointForm(address.host).form === 'serverless') {
    return because('a serverless cache scales automatically and has no parameter group')
  }
  const isSilent = ['used_memory', 'maxmemory', 'maxmemory_policy'].every((field) => !info.has(field))
  return isSilent ? because('INFO of this cache reports neither') : undefined
}

/** Writes are only possible on the master. A reader endpoint leads to a replica. */
function roleFinding(info: RedisInfo, { address }: ProbeContext): Judged {
  const role = info.get('role')
  const base = { name: 'role', code: 'secret-field' } as const
  if (role === 'master') return { ...base, passed: true, detail: 'master' }
  if (role !== 'slave') return { ...base, passed: false, detail: 'missing in INFO' }
  const master = sanitizeLine(`${info.get('master_host')}:${info.get('master_port')}`, 300)
  const detail = `${endpointText(address)} is a replica of ${master} and accepts no writes`
  return { ...base, passed: false, detail }
}

function policyFinding(info: RedisInfo, wanted: string | undefined): Judged {
  const policy = info.get('maxmemory_policy')
  const base = { name: 'maxmemory-policy', code: 'config-drift' } as const
  if (policy === undefined) return { ...base, passed: false, detail: 'missing in INFO' }
  const shown = sanitizeLine(policy, 100)
  if (policy === wanted) return { ...base, passed: true, detail: shown }
  if (wanted !== undefined) return { ...base, passed: false, detail: `${shown} in force, ${wanted} wanted` }
  return policy === 'noeviction'
    ? { ...base, passed: false, detail: `${shown}: every write fails when the memory is full` }
    : { ...base, passed: true, detail: shown }
}

/** Whether used memory stays below a threshold of maxmemory, both in bytes. */
function memoryCheck(used: number, maximum: number, thresholdPercent: number): JudgedCheck {
  const base = { name: 'used memory', code: 'memory-over-threshold' } as const
  if (!Number.isFinite(used) || !(maximum > 0)) {
    const detail = Number.isFinite(used)
      ? 'maxmemory is not set, so Redis can grow until it is killed'
      : 'missing in INFO'
    return { ...base, passed: false, detail }
  }
  const percent = (100 * used) / maximum
  const detail = `${formatBytes(used)} of ${formatBytes(maximum)}, ${percent.toFixed(1)} %`
  return percent < thresholdPercent
    ? { ...base, passed: true, detail }
    : { ...base, passed: false, detail: `${detail}, not below ${thresholdPercent} %` }
}
