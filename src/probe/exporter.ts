import type { Deadline } from '../deadline.ts'
import type { JudgedCheck } from '../result.ts'
import { ports as podPorts } from '../workload.ts'
import { metricsProblem } from './metrics.ts'
import { answerMilliseconds, interval, type ProbePorts, patienceMilliseconds } from './ports.ts'
import { reasonOf, waitForServer } from './way.ts'

/** Asks the exporter for its metrics, for a while if it does not answer yet. */
export async function checkExporter(namespace: string, deadline: Deadline, ports: ProbePorts): Promise<JudgedCheck> {
  await using tunnel = await ports.openTunnel(podPorts.exporter)
  const judged = (problem: string | undefined): JudgedCheck => ({
    name: 'exporter',
    code: 'metrics-missing',
    passed: problem === undefined,
    detail: problem ?? 'redis_up is 1, the key metrics are there'
  })
  let patient = ports.clock.now() + patienceMilliseconds
  for (;;) {
    const problem = await ports
      .readMetrics(tunnel.port, answerMilliseconds(deadline), ports.signal)
      .then(metricsProblem, (error: unknown) => `no answer: ${reasonOf(tunnel, error)}`)
    ports.signal.throwIfAborted()
    if (problem === undefined) return judged(problem)
    patient += await waitForServer(tunnel, namespace, ports)
    if (deadline.passed || ports.clock.now() >= patient) return judged(problem)
    await ports.clock.sleep(interval, ports.signal)
  }
}
