import type { RedisAddress } from '../../clients/redis/connection.ts'
import type { Deadline } from '../../core/clock.ts'
import { messageOf } from '../../core/failure.ts'
import { at, textAt } from '../../core/kubernetes/object.ts'
import { harmlessLine } from '../../core/sanitize.ts'
import type { RunnerPorts } from './deps.ts'
import type { Answers, Sight, Trouble, TroubleKind } from './network-problem.ts'
import type { View } from './probe-context.ts'
import { namingProblem } from './tls.ts'

/** What a client on this machine sees. */
export async function seeFromRunner(
  password: string,
  { address: { host, port, username, tls } }: View,
  deadline: Deadline,
  ports: RunnerPorts
): Promise<Sight> {
  const plain: RedisAddress = { host, port, ...(username !== undefined && { username }) }
  const secure = tls ? { ...plain, authorities: ports.authorities } : plain
  const timeout = Math.min(5_000, Math.max(2_000, deadline.remaining))
  const asked = (address: RedisAddress, secret: string | undefined, ...commands: string[]) =>
    ask(address, secret, timeout, commands, ports)
  try {
    const answers = await readAnswers((secret, ...commands) => asked(secure, secret, ...commands), password)
    // Node compares the name, too, before it lets anything through.
    return { trouble: undefined, certificate: tls ? { naming: true } : undefined, answers }
  } catch (error) {
    ports.signal.throwIfAborted()
    const trouble = troubleOfError(error)
    const explained = tls ? await withoutTls(trouble, () => asked(plain, undefined, 'PING')) : trouble
    return { trouble: explained, certificate: undefined, answers: undefined }
  }
}

async function readAnswers(
  ask: (password: string | undefined, ...commands: string[]) => Promise<string[]>,
  password: string
): Promise<Answers> {
  // First without the password: it goes to nobody who cannot be asked at all.
  const [anonymous = ''] = await ask(undefined, 'PING')
  const isOpen = anonymous === 'PONG'
  const [ping = '', info = ''] = await ask(isOpen ? undefined : password, 'PING', 'INFO')
  return { anonymous, ping, info }
}

/** The answers on one connection, errors as redis-cli shows them. @throws what broke the connection */
async function ask(
  address: RedisAddress,
  password: string | undefined,
  timeout: number,
  commands: readonly string[],
  { openRedis }: RunnerPorts
): Promise<string[]> {
  const replied = (error: unknown): string => {
    if (at(error, 'replied') !== true) throw error
    return messageOf(error)
  }
  try {
    await using connection = await openRedis(address, password, timeout)
    return await Promise.all(commands.map((command) => connection.call(command).then(String, replied)))
  } catch (error) {
    // Whoever is refused when it logs in hears the same for every command.
    const said = replied(error)
    return commands.map(() => said)
  }
}

/** What a server that does not complete a handshake says without TLS: it may be a Redis that has none. */
async function withoutTls(trouble: Trouble, askPlainly: () => Promise<string[]>): Promise<Trouble> {
  if (!['timeout', 'closed', 'handshake', 'no-tls'].includes(trouble.kind)) return trouble
  try {
    const [said = ''] = await askPlainly()
    return { kind: 'no-tls', said: `without TLS it answers: ${said}` }
  } catch (error) {
    // The time for a connection is also that for the handshake: who is connected did not run out of it before.
    return trouble.kind === 'timeout' ? { ...trouble, kind: troubleOfError(error).kind } : trouble
  }
}

/** Codes of Node and OpenSSL for a connection that does not come about or breaks. */
const kinds: Record<string, TroubleKind> = {
  ENOTFOUND: 'unresolved',
  EAI_AGAIN: 'unresolved',
  ETIMEDOUT: 'timeout',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ECONNRESET: 'closed',
  EPIPE: 'closed',
  EPROTO: 'handshake',
  ERR_SSL_WRONG_VERSION_NUMBER: 'no-tls',
  ERR_TLS_CERT_ALTNAME_INVALID: 'wrong-name',
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'early',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'untrusted'
}

/** What kept ioredis from asking. */
export function troubleOfError(error: unknown): Trouble {
  const code = textAt(error, 'code') ?? ''
  const said = harmlessLine(messageOf(error), 300) || code
  const kind = (Object.hasOwn(kinds, code) ? kinds[code] : undefined) ?? kindOfMessage(said, code)
  return { kind, said: kind === 'wrong-name' ? namingProblem(at(error, 'cause') ?? error) : said }
}

function kindOfMessage(said: string, code: string): TroubleKind {
  if (code.startsWith('ERR_SSL_')) return 'handshake'
  if (/Command timed out|Socket timeout/.test(said)) return 'silent'
  return said === 'Connection is closed.' ? 'closed' : 'unknown'
}
