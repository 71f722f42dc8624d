import type { Clock, Deadline } from '../deadline.ts'
import { Failure, messageOf } from '../failure.ts'
import type { RedisConfig } from '../redis-config.ts'
import type { Check } from '../result.ts'
import { harmlessLine } from '../untrusted-text.ts'
import { names, ports as podPorts } from '../workload.ts'
import { hintFor } from './hints.ts'
import { parseInfo, serverVersion } from './info.ts'
import { comparedSettings, type JudgedCheck, judge, maxmemory, type RedisFacts, usedMemory } from './judge.ts'
import { metricsProblem } from './metrics.ts'

interface Session extends AsyncDisposable {
  call(command: string, ...parameters: string[]): Promise<unknown>
}

interface Tunnel extends AsyncDisposable {
  readonly port: number
  readonly lastError: string | undefined
}

export interface ProbePorts {
  openTunnel(port: number): Promise<Tunnel>
  /** @throws an error with `replied` and `code` (NOAUTH, WRONGPASS, LOADING …) */
  openSession(port: number, password: string | undefined, timeout: number): Promise<Session>
  fetchText(url: string, timeout: number): Promise<string>
  isReply(error: unknown, ...codes: string[]): boolean
  clock: Clock
  signal: AbortSignal
  log(line: string): void
}

export interface ProbeInputs {
  namespace: string
  password: string
  expected: RedisConfig | undefined
  memoryThresholdPercent: number
  /** Whether the pod has the container of the exporter. */
  exporter: boolean
}

export interface ProbeResult {
  checks: Check[]
  redisVersion: string | undefined
  usedMemoryBytes: number
  maxmemoryBytes: number
}

/** One connection or one answer; a deadline of its own, because a silent server must not use up the run's. */
const answerMilliseconds = 5_000
/** How long a Ready pod may still refuse connections: the exporter has no readiness probe. */
const patienceMilliseconds = 10_000
const interval = 250

/**
 * Proves that Redis and its exporter work as rendered, through port-forwards.
 * @throws Failure that names every check that did not pass, the checks with it
 */
export async function probe(inputs: ProbeInputs, deadline: Deadline, ports: ProbePorts): Promise<ProbeResult> {
  await using redis = await ports.openTunnel(podPorts.redis)
  const [open, facts, exporter] = await Promise.all([
    checkOpen(redis, inputs, deadline, ports),
    readFacts(redis, inputs, deadline, ports),
    inputs.exporter ? checkExporter(deadline, ports) : undefined
  ])
  const answered = { name: 'PING', code: 'redis-auth', passed: true, detail: 'PONG, with the password' } as const
  const judged = judge(facts, inputs.expected, inputs.memoryThresholdPercent)
  const checks: JudgedCheck[] = [open, answered, ...judged, ...(exporter === undefined ? [] : [exporter])]
  for (const { name, passed, detail } of checks) ports.log(`${passed ? '✓' : '✗'} ${name}: ${detail}`)
  const result = {
    checks: checks.map(({ name, passed, detail }) => ({ name, passed, detail })),
    redisVersion: serverVersion(facts.info),
    usedMemoryBytes: usedMemory(facts.info),
    maxmemoryBytes: maxmemory(facts.live)
  }
  const failed = checks.filter(({ passed }) => !passed)
  if (failed[0] !== undefined) throw new ChecksFailed(failed[0], failed, result, inputs.namespace)
  return result
}

/** Some checks did not pass; what all of them saw is kept for the report. */
export class ChecksFailed extends Failure {
  readonly result: ProbeResult

  constructor(first: JudgedCheck, failed: readonly JudgedCheck[], result: ProbeResult, namespace: string) {
    const sentence = failed.map(({ name, detail }) => `${name}: ${detail}`).join('. ')
    super(first.code, sentence, hintFor(first.code, namespace))
    this.result = result
  }
}

/** Without a password Redis must refuse everything. */
async function checkOpen(
  tunnel: Tunnel,
  { namespace }: ProbeInputs,
  deadline: Deadline,
  ports: ProbePorts
): Promise<JudgedCheck> {
  const name = 'without a password'
  return reaching(tunnel, namespace, deadline, ports, async () => {
    await using session = await ports.openSession(tunnel.port, undefined, answerMilliseconds)
    try {
      const reply = await session.call('PING')
      return { name, code: 'redis-open', passed: false, detail: `PING is answered with ${harmlessLine(String(reply))}` }
    } catch (error) {
      if (!ports.isReply(error, 'NOAUTH')) throw error
      return { name, code: 'redis-open', passed: true, detail: 'refused' }
    }
  })
}

async function readFacts(
  tunnel: Tunnel,
  { namespace, password }: ProbeInputs,
  deadline: Deadline,
  ports: ProbePorts
): Promise<RedisFacts> {
  return reaching(tunnel, namespace, deadline, ports, async () => {
    await using session = await ports.openSession(tunnel.port, password, answerMilliseconds)
    const [pong, info, ...settings] = await Promise.all([
      session.call('PING'),
      session.call('INFO'),
      // One each: only Redis 7 takes several at once.
      ...comparedSettings.map((name) => session.call('CONFIG', 'GET', name))
    ])
    if (pong !== 'PONG') throw new Error(`PING is answered with ${String(pong)}`)
    const live = new Map(settings.flatMap((pair) => (Array.isArray(pair) ? [[String(pair[0]), String(pair[1])]] : [])))
    return { info: parseInfo(String(info)), live }
  })
}

/**
 * Tries until Redis answers: a connection may break, and a Redis that loads its data will answer later. A refused
 * password does not heal.
 */
async function reaching<T>(
  tunnel: Tunnel,
  namespace: string,
  deadline: Deadline,
  ports: ProbePorts,
  attempt: () => Promise<T>
): Promise<T> {
  const patient = ports.clock.now() + patienceMilliseconds
  let loading = false
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      ports.signal.throwIfAborted()
      if (ports.isReply(error, 'WRONGPASS', 'NOAUTH', 'NOPERM')) throw refused(error, namespace)
      const isLoading = ports.isReply(error, 'LOADING')
      if (isLoading && !loading) ports.log('waiting for Redis to load its data')
      loading ||= isLoading
      if (deadline.passed || (!isLoading && ports.clock.now() >= patient)) {
        throw isLoading ? stillLoading(deadline, namespace) : unreachable(error, tunnel, namespace)
      }
    }
    await ports.clock.sleep(interval, ports.signal)
  }
}

async function checkExporter(deadline: Deadline, ports: ProbePorts): Promise<JudgedCheck> {
  await using tunnel = await ports.openTunnel(podPorts.exporter)
  const end = ports.clock.now() + Math.min(patienceMilliseconds, deadline.remaining)
  const judged = (problem: string | undefined): JudgedCheck => ({
    name: 'exporter',
    code: 'metrics-missing',
    passed: problem === undefined,
    detail: problem ?? 'redis_up is 1, the key metrics are there'
  })
  for (;;) {
    const problem = await ports
      .fetchText(`http://127.0.0.1:${tunnel.port}/metrics`, answerMilliseconds)
      .then(metricsProblem, (error: unknown) => `no answer: ${tunnel.lastError ?? harmlessLine(messageOf(error))}`)
    ports.signal.throwIfAborted()
    if (problem === undefined || ports.clock.now() >= end) return judged(problem)
    await ports.clock.sleep(interval, ports.signal)
  }
}

function refused(error: unknown, namespace: string): Failure {
  const sentence = `Redis in pod ${names.pod} refuses the password of Secret/${names.credentials}: ${harmlessLine(messageOf(error))}`
  return new Failure('redis-auth', sentence, hintFor('redis-auth', namespace), [], error)
}

function stillLoading(deadline: Deadline, namespace: string): Failure {
  const seconds = Math.round(deadline.milliseconds / 1000)
  const sentence = `Redis in pod ${names.pod} still loads its data after ${seconds} s`
  return new Failure('redis-loading', sentence, hintFor('redis-loading', namespace))
}

function unreachable(error: unknown, tunnel: Tunnel, namespace: string): Failure {
  const reason = tunnel.lastError ?? harmlessLine(messageOf(error))
  if (/server response: 40[13]/.test(reason)) {
    const sentence = `cannot port-forward to pod ${names.pod} in namespace ${namespace}: ${reason}`
    const hint = 'grant the Role in manifests/rbac: verbs get and create on pods/portforward'
    return new Failure('forbidden', sentence, hint, [], error)
  }
  const sentence = `Redis in pod ${names.pod} does not answer through a port-forward: ${reason}`
  return new Failure('redis-unreachable', sentence, hintFor('redis-unreachable', namespace), [], error)
}
