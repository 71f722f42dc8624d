import type { Deadline } from '../../core/deadline.ts'
import { at } from '../../core/kubernetes/object.ts'
import { names, ports } from '../../core/kubernetes/workload.ts'
import type { JudgedCheck } from '../../core/result.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import type { ProbeDeps } from './deps.ts'
import { reasonOf, waitForServer } from './port-forward.ts'
import { answerMilliseconds, interval, refusedToleranceMilliseconds } from './time-limits.ts'

/** What the exporter tells of Redis. */
export interface ExporterSeen {
  check: JudgedCheck
  /** The run_id of the Redis of which it speaks; undefined where it does not say. */
  runId: string | undefined
}

/** Why the response is not right, and for how long that may be so before it is final, in milliseconds. */
interface ExporterProblem {
  problem: string
  tolerance: number
}

/** An exporter that answers may have asked a moment too early. */
const answeredToleranceMilliseconds = 2_000

/** Reads the metrics of the exporter, with retries while its answer may become another. */
export async function checkExporter(namespace: string, deadline: Deadline, deps: ProbeDeps): Promise<ExporterSeen> {
  await using tunnel = await deps.openTunnel(ports.exporter)
  const start = deps.clock.now()
  let away = 0
  for (;;) {
    let text = ''
    const seen = await deps.readMetrics(tunnel.port, answerMilliseconds(deadline), deps.signal).then(
      (response) => {
        text = response
        return metricsProblem(response)
      },
      (error: unknown) => noAnswer(error, reasonOf(tunnel, error))
    )
    deps.signal.throwIfAborted()
    if (seen === undefined) return { check: judged(undefined), runId: runIdIn(text) }
    away += await waitForServer(tunnel, namespace, deps)
    if (deadline.passed || deps.clock.now() - start - away >= seen.tolerance) {
      return { check: judged(seen.problem), runId: undefined }
    }
    await deps.clock.sleep(interval, deps.signal)
  }
}

function judged(problem: string | undefined): JudgedCheck {
  return {
    name: 'exporter',
    code: 'metrics-missing',
    passed: problem === undefined,
    detail: problem ?? 'redis_up is 1, the key metrics are present'
  }
}

/** A server that refuses the request will not think better of it. */
function noAnswer(error: unknown, reason: string): ExporterProblem {
  const status = at(error, 'status')
  const tolerance =
    typeof status !== 'number' ? refusedToleranceMilliseconds : status < 500 ? 0 : answeredToleranceMilliseconds
  return { problem: `no answer: ${reason}`, tolerance }
}

/**
 * Compares the Redis of which the exporter speaks with the one that was asked.
 * @param runId that of the latter; undefined where it did not tell
 * @returns the check, and a note where it cannot be told
 */
export function ofSameRedis(
  { check, runId: told }: ExporterSeen,
  runId: string | undefined
): { check: JudgedCheck & { hint?: string }; notes: string[] } {
  if (!check.passed) return { check, notes: [] }
  if (told === undefined || runId === undefined) {
    const who = told === undefined ? 'the metric redis_instance_info' : 'INFO'
    return { check, notes: [`Not checked whether the exporter speaks of this Redis: ${who} has no run_id.`] }
  }
  if (told === runId) return { check, notes: [] }
  const detail = `it speaks of another Redis: its run_id is ${shortened(told)}, that of ${names.pod} ${shortened(runId)}`
  const hint = `let container ${names.exporterContainer} ask the Redis beside it: REDIS_ADDR=redis://localhost:${ports.redis}`
  return { check: { ...check, passed: false, detail, hint }, notes: [] }
}

function shortened(runId: string): string {
  return `${sanitizeLine(runId).slice(0, 12)}…`
}

/** The run_id in the labels of redis_instance_info. */
export function runIdIn(text: string): string | undefined {
  const labels = /^redis_instance_info\{([^\n]*)\}[ \t]/m.exec(text)?.[1]
  return /(?:^|,)run_id="([^"\n]+)"/.exec(labels ?? '')?.[1]
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
export function metricsProblem(text: string): ExporterProblem | undefined {
  const final = (problem: string): ExporterProblem => ({ problem, tolerance: 0 })
  const samples = parseMetrics(text)
  const up = samples.get('redis_up')
  if (up === undefined) return final('the response has no metric redis_up')
  if (up !== 1) {
    const said = scrapeError(text)
    const problem = `redis_up is ${up}: the exporter cannot query Redis${said === undefined ? '' : `: ${said}`}`
    // A password does not become right, nor does a name.
    const isFinal = /NOAUTH|WRONGPASS|NOPERM|no such host/i.test(said ?? '')
    return { problem, tolerance: isFinal ? 0 : answeredToleranceMilliseconds }
  }
  const missing = keyMetrics.filter((name) => !Number.isFinite(samples.get(name)))
  return missing.length === 0 ? undefined : final(`the response lacks ${missing.join(', ')}`)
}

/** How many characters of a message are shown. */
const shownAtMost = 200

/** Why the exporter could not ask: it says so in a label. An address in it may hold a password. */
function scrapeError(text: string): string | undefined {
  const said = /^redis_exporter_last_scrape_error\{err="((?:\\.|[^"\\\n])*)"\}/m.exec(text)?.[1]
  if (said === undefined || said === '') return undefined
  return sanitizeLine(withoutCredentials(said.replace(/\\(.)/g, '$1')), shownAtMost)
}

/**
 * A message without the credentials of its addresses. A password that is not percent-encoded may contain `@`, `/` and
 * white space, so they end at the last `@`. Where Go cannot parse an address, it also quotes a part of it
 * (`invalid port ":p" after host`): whatever else of the message occurs in them is cut, too.
 */
function withoutCredentials(message: string): string {
  const end = message.lastIndexOf('@')
  if (end < 0) return message
  const scheme = message.indexOf('//')
  // Without a scheme, nobody knows where an address begins.
  const start = scheme < 0 || scheme > end ? 0 : scheme + 2
  const [before, hidden] = [message.slice(0, start), message.slice(start, end)]
  const after = message.slice(end, end + 2 * shownAtMost)
  return `${before}…${after.replace(/[^\s"':/@]+/g, (word) => (hidden.includes(word) ? '…' : word))}`
}
