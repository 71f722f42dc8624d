import type { RedisAddress } from '../../clients/redis/connection.ts'
import type { Deadline } from '../../core/deadline.ts'
import { messageOf } from '../../core/failure.ts'
import { at, textAt } from '../../core/kubernetes/object.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import type { RunnerDeps } from './deps.ts'
import type { Answers, NetworkProblem, NetworkProblemKind, ProbeOutput } from './network-problem.ts'
import type { ProbeContext } from './probe-context.ts'
import { namingProblem } from './tls.ts'

/** What a client on this machine sees. */
export async function seeFromRunner(
  password: string,
  { address: { host, port, username, tls } }: ProbeContext,
  deadline: Deadline,
  deps: RunnerDeps
): Promise<ProbeOutput> {
  const plain: RedisAddress = { host, port, ...(username !== undefined && { username }) }
  const secure = tls ? { ...plain, authorities: deps.authorities } : plain
  const timeout = Math.min(5_000, Math.max(2_000, deadline.remaining))
  const asked = (address: RedisAddress, secret: string | undefined, ...commands: string[]) =>
    ask(address, secret, timeout, commands, deps)
  try {
    const answers = await readAnswers((secret, ...commands) => asked(secure, secret, ...commands), password)
    // Node compares the name, too, before it lets anything through.
    return { trouble: undefined, certificate: tls ? { naming: true } : undefined, answers }
  } catch (error) {
    deps.signal.throwIfAborted()
    const trouble = networkProblemOfError(error)
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
  { openRedis }: RunnerDeps
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
async function withoutTls(trouble: NetworkProblem, askPlainly: () => Promise<string[]>): Promise<NetworkProblem> {
  if (!['timeout', 'closed', 'handshake', 'no-tls'].includes(trouble.kind)) return trouble
  try {
    const [said = ''] = await askPlainly()
    return { kind: 'no-tls', said: `without TLS it answers: ${said}` }
  } catch (error) {
    // The time for a connection is also that for the handshake: who is connected did not run out of it before.
    return trouble.kind === 'timeout' ? { ...trouble, kind: networkProblemOfError(error).kind } : trouble
  }
}

/** Codes of Node and OpenSSL for a connection that does not come about or breaks. */
const kinds: Record<string, NetworkProblemKind> = {
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
export function networkProblemOfError(error: unknown): NetworkProblem {
  const code = textAt(error, 'code') ?? ''
  const said = sanitizeLine(messageOf(error), 300) || code
  const kind = (Object.hasOwn(kinds, code) ? kinds[code] : undefined) ?? kindOfMessage(said, code)
  return { kind, said: kind === 'wrong-name' ? namingProblem(at(error, 'cause') ?? error) : said }
}

function kindOfMessage(said: string, code: string): NetworkProblemKind {
  if (code.startsWith('ERR_SSL_')) return 'handshake'
  if (/Command timed out|Socket timeout/.test(said)) return 'silent'
  return said === 'Connection is closed.' ? 'closed' : 'unknown'
}
