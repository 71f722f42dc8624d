import type { Deadline } from '../deadline.ts'
import { Failure } from '../failure.ts'
import type { Check } from '../result.ts'
import { harmlessLine } from '../untrusted-text.ts'
import { ports as podPorts } from '../workload.ts'
import { checkExporter } from './exporter.ts'
import { hintFor } from './hints.ts'
import { parseInfo, serverVersion } from './info.ts'
import { comparedSettings, type JudgedCheck, judge, maxmemory, type RedisFacts, usedMemory } from './judge.ts'
import { answerMilliseconds, type ProbeInputs, type ProbePorts, type Tunnel } from './ports.ts'
import { reaching } from './reach.ts'

export interface ProbeResult {
  checks: Check[]
  redisVersion: string | undefined
  usedMemoryBytes: number
  maxmemoryBytes: number
}

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
