import type { Deadline } from '../deadline.ts'
import { messageOf } from '../failure.ts'
import type { JudgedCheck } from '../result.ts'
import { harmlessLine } from '../untrusted-text.ts'
import { ports as podPorts } from '../workload.ts'
import { metricsProblem } from './metrics.ts'
import { answerMilliseconds, interval, type ProbePorts, patienceMilliseconds } from './ports.ts'

/** Asks the exporter for its metrics, for a while if it does not answer yet. */
export async function checkExporter(deadline: Deadline, ports: ProbePorts): Promise<JudgedCheck> {
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
      .readMetrics(tunnel.port, answerMilliseconds(deadline), ports.signal)
      .then(metricsProblem, (error: unknown) => `no answer: ${tunnel.lastError ?? harmlessLine(messageOf(error))}`)
    ports.signal.throwIfAborted()
    if (problem === undefined || ports.clock.now() >= end) return judged(problem)
    await ports.clock.sleep(interval, ports.signal)
  }
}
