import type { RedisAddress } from '../../clients/redis/connection.ts'
import type { Deadline } from '../../core/deadline.ts'
import { messageOf } from '../../core/failure.ts'
import { at, textAt } from '../../core/kubernetes/object.ts'
import { parseInfo } from '../../core/redis/info.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { writeFindings } from './checks.ts'
import type { ConnectionInputs, RunnerDeps } from './deps.ts'
import { managedWriteHint } from './hints.ts'
import { kindOfError, type NetworkProblem, networkProblems } from './network-problem.ts'
import type { Finding, ProbeContext } from './probe-context.ts'
import type { Answers, ProbeOutput } from './probe-output.ts'
import { proveWrite } from './prove-write.ts'
import { answerMilliseconds } from './time-limits.ts'
import { namingProblem } from './tls.ts'
import { writeMilliseconds } from './write.ts'

/** What a client on this machine sees. */
export async function probeFromRunner(
  password: string,
  { address: { host, port, username, tls } }: ProbeContext,
  deadline: Deadline,
  deps: RunnerDeps
): Promise<ProbeOutput> {
  const plain: RedisAddress = { host, port, ...(username !== undefined && { username }) }
  const secure = tls ? { ...plain, authorities: deps.authorities } : plain
  const timeout = answerMilliseconds(deadline)
  const asked = (address: RedisAddress, secret: string | undefined, ...commands: string[]) =>
    ask(address, secret, timeout, commands, deps)
  try {
    const answers = await readAnswers((secret, ...commands) => asked(secure, secret, ...commands), password)
    // Node compares the name, too, before it lets anything through.
    return { networkProblem: undefined, certificate: tls ? { naming: true } : undefined, answers }
  } catch (error) {
    deps.signal.throwIfAborted()
    const found = networkProblemOfError(error)
    const networkProblem = tls ? await withoutTls(found, () => asked(plain, undefined, 'PING')) : found
    return { networkProblem, certificate: undefined, answers: undefined }
  }
}

/**
 * Whether clients can write to the cache; nothing where it did not let this machine in, or is a replica, which other
 * checks tell.
 */
export async function writeFromRunner(
  { credentials, mayWrite }: Pick<ConnectionInputs, 'credentials' | 'mayWrite'>,
  { answers }: ProbeOutput,
  context: ProbeContext,
  { openRedis, authorities, note, signal }: RunnerDeps
): Promise<Finding[]> {
  const { host, port, username, database, tls } = context.address
  const info = parseInfo(answers?.info ?? '')
  if (answers?.ping !== 'PONG' || answers.anonymous === 'PONG' || info.get('role') === 'slave') return []
  const address = { host, port, ...(username !== undefined && { username }), ...(tls && { authorities }) }
  try {
    const open = () => openRedis(address, credentials.password, writeMilliseconds)
    await using connection = await open()
    const finding = await proveWrite({ username, database, expected: undefined, info, mayWrite }, connection, open)
    for (const sentence of finding.notes) note(sentence)
    return writeFindings(finding, context)
  } catch (error) {
    signal.throwIfAborted()
    const detail = sanitizeLine(messageOf(error), 300)
    return [{ name: 'write', code: 'elasticache-unreachable', passed: false, detail, hint: managedWriteHint('other') }]
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
async function withoutTls(found: NetworkProblem, askPlainly: () => Promise<string[]>): Promise<NetworkProblem> {
  if (networkProblems[found.kind].mayLackTls !== true) return found
  try {
    const [said = ''] = await askPlainly()
    return { kind: 'no-tls', said: `without TLS it answers: ${said}` }
  } catch (error) {
    // The time for a connection is also that for the handshake: who is connected did not run out of it before.
    return found.kind === 'timeout' ? { ...found, kind: networkProblemOfError(error).kind } : found
  }
}

/** What kept ioredis from asking. */
export function networkProblemOfError(error: unknown): NetworkProblem {
  const code = textAt(error, 'code') ?? ''
  const said = sanitizeLine(messageOf(error), 300) || code
  const kind = kindOfError(code, said)
  return { kind, said: kind === 'wrong-name' ? namingProblem(at(error, 'cause') ?? error) : said }
}
