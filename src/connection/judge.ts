import { endpointForm } from '../endpoint.ts'
import { memoryCheck, parseInfo, type RedisInfo, usedMemory } from '../redis-info.ts'
import { harmlessLine } from '../untrusted-text.ts'
import { names } from '../workload.ts'
import { hintFor } from './hints.ts'
import type { ConnectionInputs } from './ports.ts'
import type { Answers } from './trouble.ts'
import { type Finding, placeOf, unreachableCode, type View } from './view.ts'

type Wanted = Pick<ConnectionInputs, 'maxmemoryPolicy' | 'memoryThresholdPercent'>

/** What the answers of the cache must hold; each with what was seen. */
export function judge({ anonymous, ping, info }: Answers, wanted: Wanted, view: View): Finding[] {
  const open = openFinding(anonymous)
  const judged = [open, pingFinding(ping, open.passed, view)]
  const facts = parseInfo(info)
  if (facts.has('redis_version')) judged.push(...factFindings(facts, wanted, view))
  else if (judged.every(({ passed }) => passed)) judged.push(noInfo(info))
  return judged.map((finding) => ({ ...finding, hint: hintFor(finding.code, view) }))
}

type Judged = Omit<Finding, 'hint'>

/** Without the password the cache must refuse everything. */
function openFinding(anonymous: string): Judged {
  const passed = /^(NOAUTH|DENIED)\b/.test(anonymous)
  const detail = passed ? 'refused' : `PING is answered with ${harmlessLine(anonymous, 100)}`
  return { name: 'without a password', code: 'redis-open', passed, detail }
}

/** redis-cli tells first, on a line of its own, that AUTH failed; and asks all the same. */
function pingFinding(ping: string, closed: boolean, { topology }: View): Judged {
  const base = { name: 'PING', passed: false }
  const lines = ping.split(/\r?\n/)
  const said = harmlessLine(ping)
  if (lines.at(-1) === 'PONG') {
    return { ...base, code: 'redis-auth', passed: true, detail: closed ? 'PONG, with the password' : 'PONG' }
  }
  if (/\b(WRONGPASS|NOAUTH)\b|^(Warning: )?AUTH failed/.test(said)) {
    return { ...base, code: 'redis-auth', detail: `the password of Secret/${names.credentials} is refused: ${said}` }
  }
  if (/^NOPERM\b/.test(said)) return { ...base, code: 'redis-auth', detail: `the user may not even ask: ${said}` }
  if (/^LOADING\b/.test(said)) return { ...base, code: 'redis-loading', detail: said }
  if (/^MISCONF\b/.test(said)) return { ...base, code: 'persistence-failing', detail: said }
  return { ...base, code: unreachableCode(topology), detail: said || 'no answer' }
}

function noInfo(info: string): Judged {
  const said = harmlessLine(info, 300)
  return { name: 'INFO', code: 'redis-auth', passed: false, detail: said || 'no answer' }
}

function factFindings(info: RedisInfo, wanted: Wanted, view: View): Judged[] {
  const role = isClustered(info) ? [] : [roleFinding(info, view)]
  // Of a Redis in the cluster, the probe compares all settings and judges its memory.
  if (view.topology === 'self-hosted' || unjudgedSize(info, view) !== undefined) return role
  const memory = memoryCheck(usedMemory(info), Number(info.get('maxmemory')), wanted.memoryThresholdPercent)
  return [...role, policyFinding(info, wanted.maxmemoryPolicy), memory]
}

/** In cluster mode every node has its own share of the keys, and may be a replica of another: that is not judged. */
export function isClustered(info: RedisInfo): boolean {
  return info.get('cluster_enabled') === '1'
}

/** Why the memory and the policy of a managed cache are not judged; undefined if they are. */
export function unjudgedSize(info: RedisInfo, { address }: Pick<View, 'address'>): string | undefined {
  const because = (reason: string) => `The memory and the maxmemory-policy were not judged: ${reason}.`
  if (endpointForm(address.host).form === 'serverless') {
    return because('a serverless cache grows by itself and has no parameter group')
  }
  const isSilent = ['used_memory', 'maxmemory', 'maxmemory_policy'].every((field) => !info.has(field))
  return isSilent ? because('INFO of this cache tells neither') : undefined
}

/** Writes go to the master only. A reader endpoint leads to a replica. */
function roleFinding(info: RedisInfo, { address }: View): Judged {
  const role = info.get('role')
  const base = { name: 'role', code: 'secret-field' } as const
  if (role === 'master') return { ...base, passed: true, detail: 'master' }
  if (role !== 'slave') return { ...base, passed: false, detail: 'INFO lacks it' }
  const master = harmlessLine(`${info.get('master_host')}:${info.get('master_port')}`, 300)
  const detail = `${placeOf(address)} is a replica of ${master}, and takes no writes`
  return { ...base, passed: false, detail }
}

function policyFinding(info: RedisInfo, wanted: string | undefined): Judged {
  const policy = info.get('maxmemory_policy')
  const base = { name: 'maxmemory-policy', code: 'config-drift' } as const
  if (policy === undefined) return { ...base, passed: false, detail: 'INFO lacks it' }
  const shown = harmlessLine(policy, 100)
  if (policy === wanted) return { ...base, passed: true, detail: shown }
  if (wanted !== undefined) return { ...base, passed: false, detail: `${shown} in force, ${wanted} wanted` }
  return policy === 'noeviction'
    ? { ...base, passed: false, detail: `${shown}: when the memory is full, every write fails` }
    : { ...base, passed: true, detail: shown }
}
