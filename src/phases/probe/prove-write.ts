import { randomBytes } from 'node:crypto'
import type { RedisConnection } from '../../clients/redis/connection.ts'
import { messageOf } from '../../core/failure.ts'
import { at, textAt } from '../../core/kubernetes/object.ts'
import type { RedisConfig } from '../../core/redis/config.ts'
import { parseInfo, type RedisInfo } from '../../core/redis/info.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { kindOfError } from './network-problem.ts'
import { mostRedirects, type Redirect, redirectOf } from './redirect.ts'
import {
  expectedOutcome,
  liveKeyPatterns,
  type ProofKey,
  proofKey,
  renderedKeyPatterns,
  unknownToDryRun,
  type WriteFacts,
  type WriteFinding,
  type WriteOutcome,
  writeFinding
} from './write.ts'

export interface WriteProofInputs {
  /** Undefined for the user `default`. */
  username: string | undefined
  /** Undefined for the first database. */
  database: number | undefined
  /** The rendered settings; undefined where they are not known. */
  expected: RedisConfig | undefined
  /** What Redis replied to INFO. */
  info: RedisInfo
  /** Else it is judged by what Redis reports. */
  mayWrite: boolean
}

/** Opens a connection as clients do, whose commands wait for no longer than a write may take. */
type OpenConnection = () => Promise<RedisConnection>

/** Opens such a connection to another node of a cluster. */
type OpenNode = (node: Pick<Redirect, 'host' | 'port'>) => Promise<RedisConnection>

/**
 * Proves that a client can write, or reads what would keep it from that.
 * @param open each time a new connection: a command that hangs holds up no other
 * @param openNode where the other nodes of a cluster can be reached: their redirects are followed then
 * @throws an error of a connection
 */
export async function proveWrite(
  inputs: WriteProofInputs,
  connection: RedisConnection,
  open: OpenConnection,
  openNode?: OpenNode
): Promise<WriteFinding> {
  const { username: user = 'default', info, expected, database } = inputs
  const rendered = renderedKeyPatterns(expected, user)
  const key = proofKey(rendered ?? liveKeyPatterns(await replyOrError(connection, 'ACL', 'GETUSER', user)))
  const refused = await selectDatabase(connection, database)
  if (refused !== undefined) return writeFinding(refused, { info, user, key })
  // A replica may be set to take writes, which it loses at the next synchronization; one of a cluster names its master.
  const isReplica = info.get('role') === 'slave' && !(openNode !== undefined && info.get('cluster_enabled') === '1')
  if (inputs.mayWrite && 'prefix' in key && !isReplica) {
    return writeFinding(await tryWrite(connection, { open, openNode }, key.prefix), { info, user, key })
  }
  const { facts, notes } = await readWriteFacts(inputs, key, connection, open)
  const finding = writeFinding(expectedOutcome(facts), { info, user, key })
  // What was to be tried and could not be is less than a proof.
  const isLess = inputs.mayWrite && finding.check?.passed === true
  const check = finding.check && (isLess ? { ...finding.check, relaxed: true as const } : finding.check)
  return { ...finding, check, notes: [...finding.notes, ...notes] }
}

/** In a cluster a node serves some keys, and a policy may evict a key between two commands: how often another is tried. */
const maximumTries = 16

/** Writes a random key, reads it and deletes it. It expires, so that it goes also where the run is cancelled. */
async function tryWrite(
  connection: RedisConnection,
  { open, openNode }: { open: OpenConnection; openNode: OpenNode | undefined },
  prefix: string
): Promise<WriteOutcome> {
  try {
    for (let tries = 1; ; tries++) {
      const key = randomKey(prefix)
      const first = await writeOnce(connection, key)
      const outcome = openNode === undefined ? first : await followed(first, key, openNode)
      const isElsewhere = outcome.kind === 'refused' && /^(MOVED|ASK)\b/.test(outcome.said)
      if (tries === maximumTries || !(isElsewhere || outcome.kind === 'differing')) return outcome
    }
  } catch (error) {
    if (error instanceof NodeUnreachable) throw error
    await expectOnlySilence(error, open)
    return { kind: 'hanging' }
  }
}

/** A node that another one names cannot be asked, which is what a client meets, too. */
class NodeUnreachable extends Error {}

/** What becomes of a write where the nodes send it. */
async function followed(first: WriteOutcome, key: string, openNode: OpenNode): Promise<WriteOutcome> {
  let outcome = first
  let host: string | undefined
  for (let hops = 0; hops < mostRedirects && outcome.kind === 'refused'; hops++) {
    const redirect = redirectOf(outcome.said)
    if (redirect === undefined) break
    // Without a host, it is that of the node that said so.
    host = redirect.host ?? host
    const { said } = outcome
    try {
      await using connection = await openNode({ host, port: redirect.port })
      outcome = await writeOnce(connection, key, redirect.kind === 'ask')
    } catch (error) {
      throw new NodeUnreachable(`${said}: ${messageOf(error)}`, { cause: error })
    }
  }
  return outcome
}

/** Works where clients do by `url`. @returns what Redis has against that */
async function selectDatabase(
  connection: RedisConnection,
  database: number | undefined
): Promise<WriteOutcome | undefined> {
  if (database === undefined) return undefined
  return connection.call('SELECT', String(database)).then(
    () => undefined,
    (error: unknown) => refusedBy(error, `SELECT ${database}`)
  )
}

async function writeOnce(connection: RedisConnection, key: string, isAsking = false): Promise<WriteOutcome> {
  const value = randomBytes(16).toString('hex')
  const call = async (...[command, ...parameters]: [string, ...string[]]) => {
    const [, reply] = await Promise.all([
      isAsking ? connection.call('ASKING') : undefined,
      connection.call(command, ...parameters)
    ])
    return reply
  }
  // At once, so that hardly anything comes between them. A DEL that is refused is no matter: the key expires.
  const [set, get] = await Promise.allSettled([call('SET', key, value, 'EX', '60'), call('GET', key), call('DEL', key)])
  if (set.status === 'rejected') return refusedBy(set.reason, 'SET')
  if (get.status === 'rejected') return refusedBy(get.reason, 'GET')
  return String(get.value) === value ? { kind: 'written' } : { kind: 'differing' }
}

/** What Redis says of itself, as far as it does. */
async function readWriteFacts(
  { username: user = 'default', info }: WriteProofInputs,
  key: ProofKey,
  connection: RedisConnection,
  open: OpenConnection
): Promise<{ facts: WriteFacts; notes: string[] }> {
  const ask = (...words: [string, ...string[]]) => replyOrError(connection, ...words)
  const role = info.has('role') ? undefined : await ask('ROLE')
  const cluster = info.get('cluster_enabled') === '1' ? await ask('CLUSTER', 'INFO') : undefined
  const replicas = info.has('min_slaves_good_slaves') ? await ask('CONFIG', 'GET', 'min-replicas-to-write') : undefined
  const notes: string[] = []
  const dryRuns: { command: string; said: string }[] = []
  if ('because' in key) notes.push(`No write was tried: ${key.because}.`)
  else {
    const name = randomKey(key.prefix)
    for (const [command, ...parameters] of [['SET', name, 'x'] as const, ['GET', name] as const]) {
      const said = await ask('ACL', 'DRYRUN', user, command, ...parameters)
      if (typeof said === 'string') dryRuns.push({ command, said })
      else if (unknownToDryRun.test(messageOf(said))) dryRuns.push({ command, said: messageOf(said) })
      else notes.push(`Not checked whether the user may run ${command}: ${withoutDryRun(said)} (${shown(said)}).`)
    }
  }
  return {
    facts: {
      info,
      role: Array.isArray(role) ? String(role[0]) : undefined,
      cluster: typeof cluster === 'string' ? parseInfo(cluster) : undefined,
      leastReplicas: Array.isArray(replicas) ? Number(replicas[1]) : undefined,
      dryRuns,
      hangs: await hangsOnWrites(open, key)
    },
    notes
  }
}

/** Whether writes are paused, by a command that a pause stops, too, and that writes nothing. */
async function hangsOnWrites(open: OpenConnection, key: ProofKey): Promise<boolean> {
  await using connection = await open()
  try {
    await connection.call('PFCOUNT', randomKey('prefix' in key ? key.prefix : ''))
    return false
  } catch (error) {
    if (isReplied(error)) return false
    await expectOnlySilence(error, open)
    return true
  }
}

function randomKey(prefix: string): string {
  return `${prefix}${randomBytes(16).toString('hex')}`
}

/** The error itself, where Redis replied with one. @throws an error of the connection */
async function replyOrError(connection: RedisConnection, ...[command, ...parameters]: [string, ...string[]]) {
  return connection.call(command, ...parameters).catch((error: unknown) => {
    if (!isReplied(error)) throw error
    return error
  })
}

/** @throws the error, where Redis did not reply */
function refusedBy(error: unknown, command: string): WriteOutcome {
  if (!isReplied(error)) throw error
  return { kind: 'refused', command, said: messageOf(error) }
}

function isReplied(error: unknown): boolean {
  return at(error, 'replied') === true
}

/** A Redis that answers nothing at all has another problem than paused writes. @throws what it does not answer with */
async function expectOnlySilence(error: unknown, open: OpenConnection): Promise<void> {
  if (isReplied(error) || kindOfError(textAt(error, 'code') ?? '', messageOf(error)) !== 'silent') throw error
  await using connection = await open()
  await replyOrError(connection, 'PING')
}

function withoutDryRun(error: unknown): string {
  return /^NOPERM\b/.test(messageOf(error)) ? 'it may not ask by ACL DRYRUN' : 'Redis has no ACL DRYRUN for it'
}

function shown(reply: unknown): string {
  return sanitizeLine(messageOf(reply), 200)
}
