import { sanitizeLine } from '../../../core/sanitize.ts'
import { kindOfRedisCli, type NetworkProblem } from '../network-problem.ts'
import type { CacheAddress } from '../probe-context.ts'
import type { ProbeOutput } from '../probe-output.ts'
import { certificateOf, distrust, presentedCertificates } from '../tls.ts'
import type { WriteOutcome } from '../write.ts'

/** The findings of the script of a probe pod. @param answers to its questions, by name */
export function probeOutputOf(
  answers: ReadonlyMap<string, ProbeAnswer>,
  address: CacheAddress,
  now: Date
): ProbeOutput {
  const presented = presentedCertificates(answers.get('hello')?.output ?? Buffer.alloc(0))
  const found = networkProblemOf(answers, address.port)
  if (found !== undefined) {
    const networkProblem = explained(found, answers, presented, now)
    return { networkProblem, certificate: undefined, answers: undefined }
  }
  const text = (name: string) => textOf(answers.get(name))
  const rounds = text('rounds')
  const write = writeOutcomeOf(answers.get('set'), answers.get('get'))
  return {
    networkProblem: undefined,
    ...(write !== undefined && { write }),
    ...(rounds !== '' && { rounds: rounds.split('\n') }),
    certificate: address.tls ? certificateOf(presented, address.host) : undefined,
    answers: { anonymous: text('anonymous'), ping: text('ping'), info: text('info') }
  }
}

/** What became of the write of the script, by the answers to SET and GET; undefined where it was not tried. */
export function writeOutcomeOf(set: ProbeAnswer | undefined, get: ProbeAnswer | undefined): WriteOutcome | undefined {
  if (set === undefined || get === undefined) return undefined
  if (timedOut.includes(set.exitCode) && get.exitCode === 0) return { kind: 'hanging' }
  const [stored, read] = [textOf(set), textOf(get)]
  const [, database, reason] = /^SELECT (\d+) failed: (.*)/.exec(stored) ?? []
  if (database !== undefined) return { kind: 'refused', command: `SELECT ${database}`, said: reason ?? '' }
  if (stored !== 'OK') return { kind: 'refused', command: 'SET', said: stored || 'no answer' }
  if (read === 'written') return { kind: 'written' }
  return /^[A-Z]+ /.test(read) ? { kind: 'refused', command: 'GET', said: read } : { kind: 'differing' }
}

function textOf(answer: ProbeAnswer | undefined): string {
  return answer?.output.toString('utf8').trim() ?? ''
}

/** Why redis-cli got no reply without a password; undefined if it got one. */
export function networkProblemOf(answers: ReadonlyMap<string, ProbeAnswer>, port: number): NetworkProblem | undefined {
  const answer = answers.get('anonymous')
  if (answer === undefined) return { kind: 'client', said: 'it was not started' }
  if (answer.exitCode === 0) return undefined
  if (timedOut.includes(answer.exitCode)) return hanging(answers.get('table')?.output.toString('latin1') ?? '', port)
  const text = sanitizeLine(answer.output.toString('utf8'), 300)
  const [, said] = /^(?:Could not connect to Redis at .*?: |Error: )(.*)$/.exec(text) ?? []
  if (said === undefined) return { kind: 'client', said: text || `exit code ${answer.exitCode}` }
  return { kind: kindOfRedisCli(said), said }
}

/** Exit codes of `timeout`: of coreutils, and of a program that busybox ended with SIGTERM. */
const timedOut = [124, 143]

function hanging(table: string, port: number): NetworkProblem {
  if (!table.includes('local_address')) return { kind: 'unknown', said: 'no answer in time' }
  const sockets = socketsTo(port, table)
  if (sockets.some(({ state }) => state === 'connected')) return { kind: 'silent', said: 'connected, but no answer' }
  const [connecting] = sockets
  if (connecting === undefined) return { kind: 'unresolved', said: 'the DNS lookup timed out' }
  return { kind: 'timeout', said: connecting.address === undefined ? '' : `its address is ${connecting.address}` }
}

/** Adds the findings of the other questions: whether there is TLS at all, and the problem of a certificate. */
function explained(
  found: NetworkProblem,
  answers: ReadonlyMap<string, ProbeAnswer>,
  presented: ReturnType<typeof presentedCertificates>,
  now: Date
): NetworkProblem {
  if (found.kind === 'untrusted') return distrust(presented, now, found.said)
  const plain = answers.get('plain')
  if (plain?.exitCode !== 0) return found
  return { kind: 'no-tls', said: `without TLS it answers: ${sanitizeLine(plain.output.toString('utf8'), 100)}` }
}

export interface ProbeAnswer {
  exitCode: number
  output: Buffer
}

/** Parses the log of a probe pod: of several answers to one question the last; other lines are ignored. */
export function readAnswers(log: string): ReadonlyMap<string, ProbeAnswer> {
  const lines = [...log.matchAll(/^([a-z]+) (\d{1,3})(?: ([A-Za-z0-9+/]*={0,2}))?$/gm)]
  return new Map(
    lines.map(([, name = '', code, output = '']) => [
      name,
      { exitCode: Number(code), output: Buffer.from(output, 'base64') }
    ])
  )
}

/** Whether the script has finished, and the log is complete. */
export function isComplete(answers: ReadonlyMap<string, ProbeAnswer>): boolean {
  return answers.has('end')
}

interface Socket {
  state: 'connecting' | 'connected'
  address: string | undefined
}

const states: Record<string, Socket['state']> = { '01': 'connected', '02': 'connecting' }

/** The connections to a port in the Linux tables /proc/net/tcp and tcp6 (proc(5)). */
export function socketsTo(port: number, tables: string): Socket[] {
  const line = /^ *\d+: [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{2}) /gm
  return [...tables.matchAll(line)].flatMap(([, address = '', remotePort = '', code = '']) => {
    const state = states[code]
    if (state === undefined || Number.parseInt(remotePort, 16) !== port) return []
    return [{ state, address: address.length === 8 ? ipv4(address) : undefined }]
  })
}

/** The kernel writes the four bytes as one number, little-endian on all machines that run Kubernetes. */
function ipv4(hex: string): string {
  return [...Buffer.from(hex, 'hex')].reverse().join('.')
}
