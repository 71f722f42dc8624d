import type { Deadline } from '../../core/deadline.ts'
import { ports } from '../../core/kubernetes/workload.ts'
import type { JudgedCheck } from '../../core/result.ts'
import type { ProbeDeps } from './deps.ts'
import { reasonOf, waitForServer } from './port-forward.ts'
import { answerMilliseconds, interval, refusedToleranceMilliseconds } from './time-limits.ts'

/** Reads the metrics of the exporter, with retries for a while. */
export async function checkExporter(namespace: string, deadline: Deadline, deps: ProbeDeps): Promise<JudgedCheck> {
  await using tunnel = await deps.openTunnel(ports.exporter)
  const judged = (problem: string | undefined): JudgedCheck => ({
    name: 'exporter',
    code: 'metrics-missing',
    passed: problem === undefined,
    detail: problem ?? 'redis_up is 1, the key metrics are present'
  })
  let patient = deps.clock.now() + refusedToleranceMilliseconds
  for (;;) {
    const problem = await deps
      .readMetrics(tunnel.port, answerMilliseconds(deadline), deps.signal)
      .then(metricsProblem, (error: unknown) => `no answer: ${reasonOf(tunnel, error)}`)
    deps.signal.throwIfAborted()
    if (problem === undefined) return judged(problem)
    patient += await waitForServer(tunnel, namespace, deps)
    if (deadline.passed || deps.clock.now() >= patient) return judged(problem)
    await deps.clock.sleep(interval, deps.signal)
  }
}

export const keyMetrics = [
  'redis_connected_clients',
  'redis_memory_used_bytes',
  'redis_commands_processed_total',
  'redis_keyspace_hits_total',
  'redis_keyspace_misses_total'
] as const

/** The value of the first sample of each metric in the Prometheus text format; comments and labels are skipped. */
export function parseMetrics(text: string): ReadonlyMap<string, number> {
  const samples = new Map<string, number>()
  for (const [, name, value] of text.matchAll(/^([a-zA-Z_:][\w:]*)(?:\{[^\n]*\})?[ \t]+(\S+)/gm)) {
    if (name !== undefined && value !== undefined && !samples.has(name)) samples.set(name, Number(value))
  }
  return samples
}

/** The problem of an exporter response; undefined if the exporter is up and has the key metrics. */
export function metricsProblem(text: string): string | undefined {
  const samples = parseMetrics(text)
  const up = samples.get('redis_up')
  if (up === undefined) return 'the response has no metric redis_up'
  if (up !== 1) return `redis_up is ${up}: the exporter cannot query Redis`
  const missing = keyMetrics.filter((name) => !Number.isFinite(samples.get(name)))
  return missing.length === 0 ? undefined : `the response lacks ${missing.join(', ')}`
}
