import type { FailureCode } from '../../core/failure.ts'
import { aclUsers, keyPatterns } from '../../core/redis/acl.ts'
import type { RedisConfig } from '../../core/redis/config.ts'
import type { RedisInfo } from '../../core/redis/info.ts'
import type { JudgedCheck } from '../../core/result.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { formatDuration } from '../../core/units.ts'

/** How long a write may take before it counts as hanging, in milliseconds. */
export const writeMilliseconds = 2_000

/** The key of the proof begins so, after what the rights of the user demand. */
export const ownPrefix = 'redis-cache-action:'

/** Where a proof may write: keys that begin so; or why that is not known. */
export type ProofKey = { prefix: string; isCertain: boolean } | { because: string }

/** What became of a write that was tried, or would become of it. */
export type WriteOutcome =
  | { kind: 'written' }
  /** Nothing that Redis says of itself is against it. */
  | { kind: 'possible' }
  /** What Redis said to a command, or would say. */
  | { kind: 'refused'; command: string; said: string }
  /** It got no answer, while Redis answered other commands. */
  | { kind: 'hanging' }
  /** Redis accepted it, and gave another value back. */
  | { kind: 'differing' }

/** What keeps clients from writing. */
export type WriteProblem =
  | 'replica'
  | 'replicas'
  | 'command'
  | 'key'
  | 'cluster'
  | 'script'
  | 'renamed'
  | 'memory'
  | 'persistence'
  | 'loading'
  | 'database'
  | 'paused'
  | 'differing'
  | 'other'

/** The check of a write: with what is wrong, or why it cannot be told. */
export interface WriteFinding {
  check: JudgedCheck | undefined
  /** Undefined where the check passed, or there is none. */
  problem: WriteProblem | undefined
  /** What was not tried, and why; one sentence each. */
  notes: string[]
}

/** The key patterns that the rendered settings grant to a user; undefined where they do not say. */
export function renderedKeyPatterns(config: RedisConfig | undefined, user: string): string[] | undefined {
  const own = aclUsers(config?.get('user') ?? []).filter(({ name }) => name === user)
  const rules = own.flatMap((each) => each.rules)
  // Selectors and rights to read or write alone are not followed.
  const isPlain = !rules.some((rule) => /^(\(|%[RW]~)/i.test(rule))
  return own.length === 0 || !isPlain ? undefined : keyPatterns({ rules })
}

/** The key patterns in a reply to ACL GETUSER; undefined if it is none. Before Redis 7, they are a list without `~`. */
export function liveKeyPatterns(reply: unknown): string[] | undefined {
  if (!Array.isArray(reply)) return undefined
  const at = reply.findIndex((name, index) => index % 2 === 0 && name === 'keys')
  const keys: unknown = at === -1 ? undefined : reply[at + 1]
  if (Array.isArray(keys)) return keys.map(String)
  return typeof keys === 'string' ? keyPatterns({ rules: keys.split(/\s+/) }) : undefined
}

/**
 * Where a user may write a key that belongs to nobody else: below a pattern such as `app:*`.
 * @param patterns undefined if they are not known; none if the user may use no key at all, which the write will show
 */
export function proofKey(patterns: readonly string[] | undefined): ProofKey {
  if (patterns === undefined) return { prefix: ownPrefix, isCertain: false }
  if (patterns.length === 0 || patterns.includes('*')) return { prefix: ownPrefix, isCertain: true }
  const open = patterns.find((pattern) => /^[^*?[\\]+\*$/.test(pattern))
  if (open !== undefined) return { prefix: `${open.slice(0, -1)}${ownPrefix}`, isCertain: true }
  const shown = sanitizeLine(patterns.join(' '), 100)
  return { because: `its user may use the keys ${shown} alone, none of which is a prefix with a * behind it` }
}

/** What Redis says of itself that decides on writes, where none may be tried; undefined where it does not say it. */
export interface WriteFacts {
  info: RedisInfo
  /** The first word of the reply to ROLE. */
  role: string | undefined
  /** CLUSTER INFO, where cluster mode is on. */
  cluster: RedisInfo | undefined
  /** min-replicas-to-write. */
  leastReplicas: number | undefined
  /** What ACL DRYRUN replies to the commands of a proof. */
  dryRuns: readonly { command: string; said: string }[]
  /** Whether a command that a pause of writes stops got no answer. */
  hangs: boolean
}

/** What would become of a write. */
export function expectedOutcome({ info, role, cluster, leastReplicas, dryRuns, hangs }: WriteFacts): WriteOutcome {
  const refused = (said: string, command = 'SET'): WriteOutcome => ({ kind: 'refused', command, said })
  if ((info.get('role') ?? role) === 'slave') return refused('READONLY')
  if (hangs) return { kind: 'hanging' }
  if (cluster?.get('cluster_state') === 'fail') return refused('CLUSTERDOWN cluster_state is fail')
  if (cluster?.get('cluster_slots_assigned') === '0') return refused('CLUSTERDOWN cluster_slots_assigned is 0')
  // INFO has it only where replicas are demanded, so that none is always too few.
  const good = info.get('min_slaves_good_slaves')
  if (good !== undefined && Number(good) < (leastReplicas ?? 1)) return refused(`NOREPLICAS ${good} good replicas`)
  const forbidden = dryRuns.find(({ said }) => said !== 'OK')
  if (forbidden === undefined) return { kind: 'possible' }
  const { said, command } = forbidden
  return refused(unknownToDryRun.test(said) ? said : `NOPERM ${said}`, command)
}

/** What ACL DRYRUN says of a command that Redis does not have. A Redis without ACL says something else. */
export const unknownToDryRun = /^ERR Command '.*' not found/i

interface Refusal {
  problem: WriteProblem
  said: RegExp
  code?: FailureCode
  sentence(named: { command: string; info: RedisInfo; user: string }): string
}

/** The first that fits counts. */
const refusals: readonly Refusal[] = [
  {
    problem: 'replica',
    said: /^(READONLY|MASTERDOWN)\b/,
    sentence: ({ info }) => `Redis is a replica${masterOf(info)} and accepts no writes`
  },
  {
    problem: 'replicas',
    said: /^NOREPLICAS\b/,
    sentence: () => 'Redis has too few replicas for min-replicas-to-write and accepts no writes'
  },
  { problem: 'key', said: /^NOPERM\b.*\baccess\b/, sentence: ({ user }) => `user ${user} may not use the key` },
  { problem: 'command', said: /^NOPERM\b/, sentence: ({ user, command }) => `user ${user} may not run ${command}` },
  {
    problem: 'cluster',
    said: /^CLUSTERDOWN\b/,
    sentence: () => 'cluster mode is on, and this node serves no slots'
  },
  {
    problem: 'renamed',
    said: /^ERR (unknown command\b|Command '.*' not found)/i,
    sentence: ({ command }) => `Redis has no command ${command}, which rename-command can cause`
  },
  { problem: 'script', said: /^BUSY\b/, sentence: () => 'a script blocks Redis' },
  {
    problem: 'memory',
    said: /^OOM\b/,
    code: 'memory-over-threshold',
    sentence: () => 'the memory is full and no key may be evicted'
  },
  {
    problem: 'persistence',
    said: /^MISCONF\b/,
    code: 'persistence-failing',
    sentence: () => 'Redis accepts no writes because it cannot save'
  },
  { problem: 'loading', said: /^LOADING\b/, code: 'redis-loading', sentence: () => 'Redis loads its data' }
]

/** What a write says of Redis. @param user of the write; undefined for `default` */
export function writeFinding(
  outcome: WriteOutcome,
  { info, user = 'default', key }: { info: RedisInfo; user?: string | undefined; key: ProofKey }
): WriteFinding {
  const check = (isGood: boolean, detail: string, code: FailureCode = 'redis-readonly'): JudgedCheck => ({
    name: 'write',
    code,
    passed: isGood,
    detail
  })
  const passed = (detail: string): WriteFinding => ({ check: check(true, detail), problem: undefined, notes: [] })
  const failed = (problem: WriteProblem, detail: string, code?: FailureCode): WriteFinding => ({
    check: check(false, detail, code),
    problem,
    notes: []
  })
  const untold = (note: string): WriteFinding => ({ check: undefined, problem: undefined, notes: [note] })
  switch (outcome.kind) {
    case 'written':
      return passed(`SET, GET and DEL of a key of its own${shardsOf(info)}`)
    case 'possible':
      return passed('nothing that Redis reports prevents it; none was tried')
    case 'hanging':
      return failed(
        'paused',
        `SET gets no answer while other commands do: writes are paused (CLIENT PAUSE)${pausedFor(info)}`
      )
    case 'differing':
      return failed('differing', 'SET was answered with OK, and GET of the same key with another value')
    case 'refused':
      break
  }
  const { command, said } = outcome
  const shown = sanitizeLine(said, 200)
  if (/^(MOVED|ASK)\b/.test(said)) {
    return untold('Not proven that clients can write: in cluster mode, other nodes hold the keys that were tried.')
  }
  if (command.startsWith('SELECT') && !/^NOPERM\b/.test(said)) {
    return failed('database', `url names a database that Redis does not have: ${command}: ${shown}`, 'secret-field')
  }
  const refusal = refusals.find((each) => each.said.test(said))
  if (refusal?.problem === 'key' && 'isCertain' in key && !key.isCertain) {
    return untold(`Not proven that clients can write: which keys they may use is not known (${shown}).`)
  }
  if (refusal === undefined) return failed('other', `${command} was refused: ${shown}`)
  const sentence = refusal.sentence({ command, info, user: sanitizeLine(user, 100) })
  return failed(refusal.problem, /\s/.test(shown) ? `${sentence}: ${shown}` : sentence, refusal.code)
}

/** In a cluster a key is in one shard of all. */
function shardsOf(info: RedisInfo): string {
  return info.get('cluster_enabled') === '1' ? ', in one shard; the others were not tried' : ''
}

/** Valkey 8 and newer tell how long a pause still lasts. */
function pausedFor(info: RedisInfo): string {
  const milliseconds = Number(info.get('paused_timeout_milliseconds') ?? 0)
  return milliseconds > 0 ? `, for another ${formatDuration(milliseconds)}` : ''
}

function masterOf(info: RedisInfo): string {
  const host = info.get('master_host')
  return host === undefined ? '' : ` of ${sanitizeLine(`${host}:${info.get('master_port')}`, 300)}`
}
