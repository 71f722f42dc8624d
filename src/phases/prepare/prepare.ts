import { randomBytes } from 'node:crypto'
import type { RedisConnection } from '../../clients/redis/connection.ts'
import type { Deadline } from '../../core/deadline.ts'
import { Failure, messageOf } from '../../core/failure.ts'
import { names, ports } from '../../core/kubernetes/workload.ts'
import { pollInterval } from '../../core/poll-interval.ts'
import { busyWith, isAboutToEvict, keyCount, unfinishedIn } from '../../core/redis/data-state.ts'
import { parseInfo, type RedisInfo } from '../../core/redis/info.ts'
import type { RedisLogin } from '../../core/redis/login.ts'
import type { Preparation } from '../../core/result.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { type Sentinels, sentinelPrefix } from '../../core/sentinels.ts'
import { formatDuration } from '../../core/units.ts'
import type { PrepareDeps } from './deps.ts'

/** The limit of one connection or reply, in milliseconds. */
const answerMilliseconds = 5_000
/** How long a rewrite or a snapshot may take, in milliseconds: the rest of the run needs time as well. */
const jobMilliseconds = 120_000
const [sentinelCount, sentinelSeconds] = [5, 3_600]

export interface PrepareInputs {
  login: RedisLogin
  /** Why Redis is prepared at all, and what to do where it does not come to rest. */
  restart: Pick<Preparation, 'because' | 'hint'>
  preparations: readonly Preparation[]
  /** Whether what Redis writes is there after its restart, so that keys can show it. */
  keepsData: boolean
}

/** What was done to the running Redis before its pod goes. */
export interface Prepared {
  /** Undefined where none could be written, or would tell anything. */
  sentinels: Sentinels | undefined
  /** The keys that it held. */
  keysBefore: number
  /** Whether it may evict the sentinel keys as well before it ends. */
  mayEvict: boolean
  /** What was done, in words, to be read after "redis-0: ". */
  done: string[]
  /** Takes back what the next run or nobody needs; for a run that replaces nothing after all. */
  undo(): Promise<void>
}

/**
 * Has the running Redis write its data to where the new one will read them, and leaves sentinel keys in it.
 * @throws Failure data-at-risk where that cannot be done; what was begun is taken back then
 */
export async function prepare(inputs: PrepareInputs, deadline: Deadline, deps: PrepareDeps): Promise<Prepared> {
  const { login } = inputs
  await using tunnel = await deps.openTunnel(ports.redis)
  await using connection = await open(tunnel.port, login, deps)
  const end = deps.clock.now() + Math.min(jobMilliseconds, deadline.remaining)
  const wait: Waiting = { connection, end, deps }
  // Redis refuses to end during its first rewrite (redis#12064), and is killed then.
  const info = await until(inputs.restart, wait, busyWith)
  const [keysBefore, mayEvict] = [keyCount(info), isAboutToEvict(info)]
  const sentinels = inputs.keepsData ? await writeSentinels(connection, deps) : undefined
  const done: string[] = []
  let isSwitched = false
  const undo = () => takeBack(login, { isSwitched, sentinels }, deps)
  try {
    for (const preparation of inputs.preparations) {
      if (preparation.kind === 'append-only') {
        isSwitched = await switchOn(preparation, wait)
        done.push('its append-only file is switched on and complete')
      } else {
        await save(preparation, wait)
        done.push('it has saved a snapshot')
      }
    }
  } catch (error) {
    await undo().catch((failed: unknown) => deps.note(notTakenBack(failed)))
    throw error
  }
  return { sentinels, keysBefore, mayEvict, done, undo }
}

interface Waiting {
  connection: RedisConnection
  /** The time of the clock at which it is given up. */
  end: number
  deps: PrepareDeps
}

async function open(port: number, { username, password }: RedisLogin, deps: PrepareDeps): Promise<RedisConnection> {
  return deps.openRedis(port, password, answerMilliseconds, username)
}

async function infoOf(connection: RedisConnection): Promise<RedisInfo> {
  return parseInfo(String(await connection.call('INFO')))
}

/** @returns whether it had to be switched on */
async function switchOn(preparation: Preparation, wait: Waiting): Promise<boolean> {
  const { connection } = wait
  // With a BGSAVE under way the rewrite is only scheduled, and its state looks right before it has begun.
  const info = await until(preparation, wait, busyWith)
  const isOff = info.get('aof_enabled') !== '1'
  if (isOff) {
    wait.deps.log('switching the append-only file on')
    await command(preparation, connection, 'CONFIG', 'SET', 'appendonly', 'yes')
  }
  try {
    await until(preparation, wait, unfinishedIn, failedRewrite)
  } catch (error) {
    if (isOff) await connection.call('CONFIG', 'SET', 'appendonly', 'no').catch(() => {})
    throw error
  }
  return isOff
}

function failedRewrite(info: RedisInfo): string | undefined {
  const hasFailed = info.get('aof_rewrite_in_progress') === '0' && info.get('aof_last_bgrewrite_status') === 'err'
  return hasFailed ? 'the rewrite of its append-only file failed (aof_last_bgrewrite_status:err)' : undefined
}

async function save(preparation: Preparation, wait: Waiting): Promise<void> {
  await until(preparation, wait, busyWith)
  wait.deps.log('saving a snapshot')
  await command(preparation, wait.connection, 'BGSAVE')
  const info = await until(preparation, wait, busyWith)
  if (info.get('rdb_last_bgsave_status') === 'ok') return
  throw cannotFailure(preparation, 'the snapshot failed (rdb_last_bgsave_status:err)')
}

/** Looks until nothing is left to wait for. @throws Failure data-at-risk at the end of the time, or what is final */
async function until(
  preparation: Pick<Preparation, 'because' | 'hint'>,
  { connection, end, deps }: Waiting,
  leftIn: (info: RedisInfo) => string[],
  finalIn: (info: RedisInfo) => string | undefined = () => undefined
): Promise<RedisInfo> {
  const { clock, signal, log } = deps
  const start = clock.now()
  let said = ''
  for (;;) {
    const info = await infoOf(connection)
    const left = leftIn(info).join(', ')
    if (left === '') return info
    const final = finalIn(info)
    if (final !== undefined) throw cannotFailure(preparation, final)
    if (left !== said) log(`waiting for Redis: ${sanitizeLine(left)}`)
    said = left
    const now = clock.now()
    if (now >= end) throw cannotFailure(preparation, `after ${formatDuration(now - start)} Redis still says ${left}`)
    await clock.sleep(Math.min(pollInterval(now - start, 20), end - now), signal)
  }
}

/** @throws Failure data-at-risk if Redis does not do it: a right is missing, or the command has another name */
async function command(
  preparation: Preparation,
  connection: RedisConnection,
  ...[name, ...parameters]: [string, ...string[]]
): Promise<void> {
  try {
    await connection.call(name, ...parameters)
  } catch (error) {
    throw cannotFailure(preparation, `${[name, ...parameters].join(' ')} was answered with: ${messageOf(error)}`)
  }
}

/** Why the deployment ends before its first write. */
export function cannotFailure({ because, hint }: Pick<Preparation, 'because' | 'hint'>, problem: string): Failure {
  return new Failure(
    'data-at-risk',
    `nothing was written because data would be lost: ${because}, and ${sanitizeLine(problem)}; ${names.pod} was not touched`,
    hint
  )
}

/** @returns undefined where Redis takes no such key: what it says against that is judged by the proof of a write */
async function writeSentinels(connection: RedisConnection, deps: PrepareDeps): Promise<Sentinels | undefined> {
  const random = () => randomBytes(16).toString('hex')
  const sentinels = new Map(Array.from({ length: sentinelCount }, () => [`${sentinelPrefix}${random()}`, random()]))
  try {
    const writes = [...sentinels].map(([key, value]) => connection.call('SET', key, value, 'EX', `${sentinelSeconds}`))
    await Promise.all(writes)
    return sentinels
  } catch (error) {
    deps.note(
      `Whether the data survives is not proven by keys of this run: Redis does not take them (${sanitizeLine(messageOf(error), 200)}).`
    )
    return undefined
  }
}

async function takeBack(
  login: RedisLogin,
  { isSwitched, sentinels }: { isSwitched: boolean; sentinels: Sentinels | undefined },
  deps: PrepareDeps
): Promise<void> {
  if (!isSwitched && sentinels === undefined) return
  await using tunnel = await deps.openTunnel(ports.redis)
  await using connection = await open(tunnel.port, login, deps)
  if (sentinels !== undefined) await connection.call('DEL', ...sentinels.keys())
  if (isSwitched) {
    await connection.call('CONFIG', 'SET', 'appendonly', 'no')
    deps.log('the append-only file is switched off again')
  }
}

function notTakenBack(error: unknown): string {
  return (
    `What was prepared in ${names.pod} could not be taken back (${sanitizeLine(messageOf(error), 200)}): its append-only ` +
    'file may be switched on, which does no harm.'
  )
}
