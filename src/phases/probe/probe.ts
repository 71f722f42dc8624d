import type { RedisConnection } from '../../clients/redis/connection.ts'
import type { Deadline } from '../../core/deadline.ts'
import { Failure, messageOf } from '../../core/failure.ts'
import { mayRunCommands, needsNoPassword } from '../../core/redis/acl.ts'
import { parseInfo, serverVersion, usedMemory } from '../../core/redis/info.ts'
import type { Check, JudgedCheck } from '../../core/result.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { maxmemory, type RedisFacts, refusedNotes, selfHostedChecks, withoutPing } from './checks.ts'
import type { ProbeDeps, ProbeInputs } from './deps.ts'
import { checkExporter, ofSameRedis } from './exporter.ts'
import { rightsHint, selfHostedHint, usersHint, writeHint } from './hints.ts'
import { reachPod } from './port-forward.ts'
import { proveWrite } from './prove-write.ts'
import { rightsCheck } from './rights.ts'
import { askedSettings } from './settings.ts'
import { answerMilliseconds } from './time-limits.ts'
import { usersCheck } from './users.ts'
import { ownPrefix, type WriteFinding, writeMilliseconds } from './write.ts'

export interface ProbeResult {
  checks: Check[]
  /** What was not checked, and why; one sentence each. */
  notes: string[]
  /** Of this very process; undefined where INFO does not tell it. */
  runId: string | undefined
  redisVersion: string | undefined
  usedMemoryBytes: number
  maxmemoryBytes: number
}

/**
 * Proves that Redis and its exporter work as rendered, through port-forwards.
 * @throws Failure that names every failed check, with all checks
 */
export async function probe(inputs: ProbeInputs, deadline: Deadline, deps: ProbeDeps): Promise<ProbeResult> {
  const failing = new AbortController()
  const own = { ...deps, signal: AbortSignal.any([deps.signal, failing.signal]) }
  const jobs = [
    readFacts(inputs, deadline, own),
    inputs.exporter ? checkExporter(inputs.namespace, deadline, own) : undefined
  ] as const
  const [facts, exporter] = await Promise.all(jobs).catch(async (error: unknown) => {
    // The first failure ends the others, and they release their resources before it is thrown.
    failing.abort(error)
    await Promise.allSettled(jobs)
    throw error
  })
  const judged = selfHostedChecks(facts, inputs, inputs.memoryThresholdPercent)
  const users = judgeUsers(facts, inputs)
  const { write } = facts
  const written = write?.check && { ...write.check, ...hintOf(write, inputs) }
  const metrics = exporter && ofSameRedis(exporter, facts.info.get('run_id'))
  const checks = [
    facts.open,
    facts.answer,
    ...users.map(({ check }) => check),
    written,
    ...judged.checks,
    metrics?.check
  ].filter((check): check is ProbeCheck => check !== undefined)
  for (const { name, passed, relaxed, detail } of checks)
    deps.log(`${relaxed ? '–' : passed ? '✓' : '✗'} ${name}: ${detail}`)
  const result = {
    checks: checks.map(({ name, passed, detail, relaxed }) => ({ name, passed, detail, ...(relaxed && { relaxed }) })),
    notes: [
      ...refusedNotes(facts, inputs),
      ...judged.notes,
      ...(metrics?.notes ?? []),
      ...users.flatMap(({ notes }) => notes),
      ...(write?.notes ?? [])
    ],
    runId: facts.info.get('run_id'),
    redisVersion: serverVersion(facts.info),
    usedMemoryBytes: usedMemory(facts.info),
    maxmemoryBytes: maxmemory(facts)
  }
  const failed = checks.filter(({ passed }) => !passed)
  if (failed[0] !== undefined) throw new ChecksFailed(failed[0], failed, result, inputs.namespace)
  return result
}

interface Judged {
  check: ProbeCheck | undefined
  notes: string[]
}

/** Who gets in, and what they may do. */
function judgeUsers({ users, info }: RedisFacts, { users: rendered, login, namespace }: ProbeInputs): Judged[] {
  if (users === undefined || rendered === undefined) return []
  const { username = 'default', password } = login
  const { check, strangers, notes } = usersCheck(users, rendered, { username, password })
  const rights = rightsCheck(users, rendered, info.get('redis_version'))
  return [
    { check: { ...check, hint: usersHint(namespace, strangers, login.username) }, notes },
    { check: rights.check && { ...rights.check, hint: rightsHint(namespace) }, notes: rights.notes }
  ]
}

/** A check with a hint of its own, where its code does not tell what to do. */
type ProbeCheck = JudgedCheck & { hint?: string }

function hintOf({ problem }: WriteFinding, { namespace, login: { username } }: ProbeInputs): { hint?: string } {
  return problem === undefined ? {} : { hint: writeHint(problem, namespace, username) }
}

/** Some checks failed; the results of all of them are kept for the report. */
export class ChecksFailed extends Failure {
  readonly result: ProbeResult

  constructor(first: ProbeCheck, failed: readonly JudgedCheck[], result: ProbeResult, namespace: string) {
    const sentence = failed.map(({ name, detail }) => `${name}: ${detail}`).join('. ')
    super(first.code, sentence, first.hint ?? selfHostedHint(first.code, namespace))
    this.result = result
  }
}

/**
 * Redis must refuse everything without a password, but what a harmless user default is rendered for: to ask whether it is
 * there.
 * @param connection on which nobody has logged in
 */
async function checkOpen(
  connection: RedisConnection,
  users: ProbeInputs['users'],
  deps: ProbeDeps
): Promise<JudgedCheck> {
  const judged = (passed: boolean, detail: string): JudgedCheck => ({
    name: 'without a password',
    code: 'redis-open',
    passed,
    detail
  })
  const [ping, read] = await Promise.allSettled([connection.call('PING'), connection.call('GET', `${ownPrefix}open`)])
  if (ping.status === 'fulfilled') {
    const user = users?.users.get('default')
    const isHarmless = user !== undefined && needsNoPassword(user) && !mayRunCommands(user)
    const isRefused = read.status === 'rejected' && deps.isReply(read.reason, 'NOPERM')
    if (isHarmless && isRefused) return judged(true, 'PING alone is answered, as rendered for user default')
    return judged(false, `PING was answered with ${sanitizeLine(String(ping.value))}`)
  }
  if (deps.isReply(ping.reason, 'NOAUTH')) return judged(true, 'refused')
  // A client that gets a MISCONF or NOPERM error was admitted.
  if (!deps.isReply(ping.reason, 'MISCONF', 'NOPERM')) throw ping.reason
  return judged(false, `PING was answered: ${sanitizeLine(messageOf(ping.reason))}`)
}

/** @throws an error of the connection; a Redis without any password says so, and takes what follows */
async function logIn(
  connection: RedisConnection,
  { username, password }: ProbeInputs['login'],
  deps: ProbeDeps
): Promise<void> {
  try {
    await connection.call('AUTH', ...(username === undefined ? [] : [username]), password)
  } catch (error) {
    if (!deps.isReply(error, 'ERR') || !/without any password/.test(messageOf(error))) throw error
  }
}

async function readFacts(
  { namespace, login, expected, mayWrite, users }: ProbeInputs,
  deadline: Deadline,
  deps: ProbeDeps
): Promise<RedisFacts & { open: JudgedCheck; answer: JudgedCheck; write: WriteFinding | undefined }> {
  const { password, username, database } = login
  return reachPod(
    { namespace, isNamed: username !== undefined && username !== 'default' },
    deadline,
    deps,
    async (port, writingPort) => {
      const openWriting = () => deps.openRedis(writingPort, password, writeMilliseconds, username)
      await using connections = await openBoth(
        deps.openRedis(port, undefined, answerMilliseconds(deadline)),
        openWriting()
      )
      const { first: connection, second: writing } = connections
      const refused: { INFO?: string; CONFIG?: string; ACL?: string } = {}
      const ask = async (command: 'INFO' | 'CONFIG' | 'ACL', ...parameters: string[]): Promise<unknown> => {
        try {
          return await connection.call(command, ...parameters)
        } catch (error) {
          // Redis answers; it does not know the command by this name (rename-command), or the user may not run it.
          if (!deps.isReply(error, 'ERR', 'NOPERM')) throw error
          refused[command] ??= sanitizeLine(messageOf(error), 200)
          return undefined
        }
      }
      const asked = askedSettings(expected)
      // Sent in one go; Redis answers in this order.
      const [open, , answer, info = '', list, ...settings] = await Promise.all([
        checkOpen(connection, users, deps),
        logIn(connection, login, deps),
        ping(connection, deps),
        ask('INFO'),
        ask('ACL', 'LIST'),
        // One each: only Redis 7 takes several at once.
        ...asked.map((name) => ask('CONFIG', 'GET', name))
      ])
      const live = new Map(
        asked.flatMap((name, index) => {
          const pair = settings[index]
          return Array.isArray(pair) && pair.length > 1 ? [[name, String(pair[1])]] : []
        })
      )
      const listed = Array.isArray(list) ? list.map(String) : undefined
      const facts = { open, answer, info: parseInfo(String(info)), live, users: listed, refused }
      // What PING is refused for, such as a snapshot that failed, writes are refused for, too.
      const write = answer.passed
        ? await proveWrite({ username, database, expected, info: facts.info, mayWrite }, writing, openWriting)
        : undefined
      return { ...facts, write }
    }
  )
}

/** Two connections that are opened at the same time, and closed together. @throws the error of the first that fails */
async function openBoth(
  ...opening: [Promise<RedisConnection>, Promise<RedisConnection>]
): Promise<AsyncDisposable & { first: RedisConnection; second: RedisConnection }> {
  const close = async () => {
    const opened = await Promise.allSettled(opening)
    for (const each of opened) if (each.status === 'fulfilled') await each.value[Symbol.asyncDispose]()
  }
  try {
    const [first, second] = await Promise.all(opening)
    return { first, second, [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}

/** A Redis that cannot save replies to PING with the error MISCONF, and to everything else as usual. */
async function ping(connection: RedisConnection, deps: ProbeDeps): Promise<JudgedCheck> {
  try {
    const reply = String(await connection.call('PING'))
    const detail = reply === 'PONG' ? 'PONG, with the password' : sanitizeLine(reply)
    return { name: 'PING', code: 'redis-unreachable', passed: reply === 'PONG', detail }
  } catch (error) {
    const said = sanitizeLine(messageOf(error))
    // A user of an application may lack it: whether clients are served is proven by a write.
    if (deps.isReply(error, 'NOPERM')) {
      return { name: 'PING', code: 'redis-auth', passed: true, relaxed: true, detail: withoutPing(said) }
    }
    if (!deps.isReply(error, 'MISCONF')) throw error
    return { name: 'PING', code: 'persistence-failing', passed: false, detail: said }
  }
}
