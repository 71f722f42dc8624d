import { endpointForm } from '../../core/aws-endpoint.ts'
import { names } from '../../core/kubernetes/workload.ts'
import { parseInfo, type RedisInfo } from '../../core/redis/info.ts'
import type { JudgedCheck } from '../../core/result.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import type { ConnectionInputs } from './deps.ts'
import { managedHint, managedWriteHint, writeHint } from './hints.ts'
import { memoryChecks } from './memory.ts'
import {
  checksBefore,
  type NetworkProblem,
  networkProblemHint,
  networkProblemSentence,
  networkProblems,
  type ReachCheck
} from './network-problem.ts'
import { endpointText, type Finding, type ProbeContext, unreachableCode } from './probe-context.ts'
import type { Answers, Certificate, ProbeOutput } from './probe-output.ts'
import { comparedNames, type SettingsInputs, type SettingsJudged, settingsChecks } from './settings.ts'
import type { WriteFinding } from './write.ts'

/** What Redis reported about itself. */
export interface RedisFacts {
  info: RedisInfo
  /** The replies to CONFIG GET, by the names that were asked for. */
  live: ReadonlyMap<string, string>
  /** ACL LIST; undefined where Redis does not run it. */
  users?: readonly string[] | undefined
  /** What Redis says where it does not run a command: it is renamed, or the user may not. */
  refused: Readonly<Partial<Record<'INFO' | 'CONFIG' | 'ACL', string>>>
}

/** What the answers of a self-hosted Redis are judged by. */
export interface RenderedSettings extends SettingsInputs {
  /** Of container redis, in bytes; undefined where it has none. */
  memoryLimitBytes?: number | undefined
}

/** All that the answers of Redis must hold; each with what was seen. */
export function selfHostedChecks(
  facts: RedisFacts,
  { memoryLimitBytes: limit, ...rendered }: RenderedSettings,
  thresholdPercent: number
): SettingsJudged {
  const { info, refused } = facts
  const live = liveSettings(facts)
  const settings = settingsChecks(live, rendered, refused.CONFIG === undefined)
  if (refused.INFO !== undefined) return settings
  const policy = live.get('maxmemory-policy')
  const memory = memoryChecks({ info, maxmemory: maxmemory(facts), policy, limit }, thresholdPercent)
  return { ...settings, checks: [...settings.checks, ...memory, ...persistence(info)] }
}

/** What could not be checked because Redis does not say it, and why; one sentence each. */
export function refusedNotes(facts: RedisFacts, rendered: SettingsInputs): string[] {
  const { INFO, CONFIG, ACL } = facts.refused
  const live = liveSettings(facts)
  const unknown = comparedNames(rendered).filter((name) => !live.has(name))
  return [
    ...(CONFIG === undefined || unknown.length === 0
      ? []
      : [`Not compared, because Redis does not run CONFIG GET (${CONFIG}): ${unknown.join(', ')}.`]),
    ...(ACL === undefined ? [] : [`Who else gets in was not checked, because Redis does not run ACL LIST: ${ACL}.`]),
    ...(INFO === undefined
      ? []
      : [`Memory and persistence were not checked, because Redis does not run INFO: ${INFO}.`])
  ]
}

/** The settings in force. INFO tells some of them where CONFIG is renamed or not allowed. */
function liveSettings({ info, live }: RedisFacts): ReadonlyMap<string, string> {
  const appends = { '0': 'no', '1': 'yes' }[info.get('aof_enabled') ?? '']
  const told = [
    ['maxmemory', info.get('maxmemory')],
    ['maxmemory-policy', info.get('maxmemory_policy')],
    ['appendonly', appends]
  ].filter((pair): pair is [string, string] => pair[1] !== undefined)
  return new Map([...told, ...live])
}

/** The maxmemory in force, in bytes; NaN where Redis does not say it. */
export function maxmemory(facts: RedisFacts): number {
  return Number(liveSettings(facts).get('maxmemory') ?? Number.NaN)
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

/** What a client needs before it can ask, as far as this one came; each with what was seen. */
export function reachFindings({ networkProblem, certificate }: ProbeOutput, context: ProbeContext): Finding[] {
  const problem = networkProblem ?? wrongName(certificate)
  const { fails, failureCode } = problem === undefined ? {} : networkProblems[problem.kind]
  const code = failureCode ?? unreachableCode(context.topology)
  const details = reachDetails(certificate, context)
  const findings = checksBefore(fails).flatMap((name) => {
    const detail = details[name]
    return detail === undefined ? [] : [{ name, code, passed: true, detail, hint: '' }]
  })
  if (problem === undefined || fails === undefined) return findings
  // Without TLS, what is proven next is an answer.
  const name = fails === 'TLS' && !context.address.tls ? 'PING' : fails
  const detail = networkProblemSentence(problem, context)
  return [...findings, { name, code, passed: false, detail, hint: networkProblemHint(problem, context) }]
}

/** What a check saw that passed; undefined where there was nothing to see. */
function reachDetails(
  certificate: Certificate | undefined,
  { address }: ProbeContext
): Record<ReachCheck, string | undefined> {
  return {
    'host name': `${address.host} resolves`,
    TCP: `${endpointText(address)} accepts connections`,
    TLS: address.tls ? trusted(certificate) : undefined,
    'certificate name': certificate?.naming === true ? `names ${address.host}` : undefined
  }
}

/** A certificate of another host does not stop redis-cli, which does not compare the names. */
function wrongName(certificate: Certificate | undefined): NetworkProblem | undefined {
  const naming = certificate?.naming
  return typeof naming === 'string' ? { kind: 'wrong-name', said: naming } : undefined
}

function trusted(certificate: Certificate | undefined): string {
  const { issuer, validUntil } = certificate ?? {}
  return issuer === undefined ? 'the certificate is trusted' : `certificate of ${issuer}, valid until ${validUntil}`
}

type Wanted = Pick<ConnectionInputs, 'maxmemoryPolicy' | 'memoryThresholdPercent'>

/** The requirements on the replies of the cache, each with what was seen. */
export function managedChecks({ anonymous, ping, info }: Answers, wanted: Wanted, context: ProbeContext): Finding[] {
  const open = openFinding(anonymous)
  const judged = [open, pingFinding(ping, open.passed, context)]
  const facts = parseInfo(info)
  if (facts.has('redis_version')) judged.push(...factFindings(facts, wanted, context))
  else if (judged.every(({ passed }) => passed) && infoRefusal(info) === undefined) judged.push(noInfo(info))
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
  if (/^NOPERM\b/.test(said)) {
    return { ...base, code: 'redis-auth', passed: true, relaxed: true, detail: withoutPing(said) }
  }
  if (/^LOADING\b/.test(said)) return { ...base, code: 'redis-loading', detail: said }
  if (/^MISCONF\b/.test(said)) return { ...base, code: 'persistence-failing', detail: said }
  return { ...base, code: unreachableCode(topology), detail: said || 'no answer' }
}

/** A user who may not run PING was admitted all the same. */
export function withoutPing(said: string): string {
  return `the user may not run PING (+ping): ${said}`
}

/** Why Redis does not run INFO, which a healthy user of an application may lack; undefined where it does. */
export function infoRefusal(info: string): string | undefined {
  return /^(NOPERM|ERR unknown command)\b/.test(info) ? sanitizeLine(info, 200) : undefined
}

function noInfo(info: string): Judged {
  const said = sanitizeLine(info, 300)
  return { name: 'INFO', code: 'redis-auth', passed: false, detail: said || 'no answer' }
}

function factFindings(info: RedisInfo, wanted: Wanted, context: ProbeContext): Judged[] {
  const role = isClustered(info) ? [] : [roleFinding(info, context)]
  // For a Redis in the cluster, the probe compares all settings and checks its memory.
  if (context.topology === 'self-hosted' || unjudgedSize(info, context) !== undefined) return role
  const policy = info.get('maxmemory_policy')
  const memory = memoryChecks(
    { info, maxmemory: Number(info.get('maxmemory')), policy, limit: undefined },
    wanted.memoryThresholdPercent
  )
  return [...role, policyFinding(info, wanted.maxmemoryPolicy), ...memory]
}

/** The check of a write with what to do where it failed; none where it could not be tried. */
export function writeFindings(
  { check, problem }: WriteFinding,
  { topology, namespace, address: { username } }: ProbeContext
): Finding[] {
  if (check === undefined) return []
  if (problem === undefined) return [{ ...check, hint: '' }]
  const hint = topology === 'managed' ? managedWriteHint(problem) : writeHint(problem, namespace, username)
  return [{ ...check, hint }]
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
function roleFinding(info: RedisInfo, { address, topology }: ProbeContext): Judged {
  const role = info.get('role')
  const base = { name: 'role', code: 'secret-field' } as const
  if (role === 'master') return { ...base, passed: true, detail: 'master' }
  if (role !== 'slave') return { ...base, passed: false, detail: 'missing in INFO' }
  const master = sanitizeLine(`${info.get('master_host')}:${info.get('master_port')}`, 300)
  const detail = `${endpointText(address)} is a replica of ${master} and accepts no writes`
  // Of a managed cache, the Secret names the wrong endpoint; the one Redis in the cluster should be no replica.
  return { ...base, code: topology === 'managed' ? 'secret-field' : 'redis-readonly', passed: false, detail }
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
