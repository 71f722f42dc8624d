import { endpointForm } from '../../core/aws-endpoint.ts'
import type { Deadline } from '../../core/deadline.ts'
import { Failure } from '../../core/failure.ts'
import { parseInfo, type RedisInfo, serverVersion, usedMemory } from '../../core/redis/info.ts'
import { isClustered, managedChecks, reachFindings, unjudgedSize, writeFindings } from './checks.ts'
import type { ConnectionDeps, ConnectionInputs, ConnectionResult, PodDeps, RunnerDeps } from './deps.ts'
import { probeFromPods } from './from-pod/from-pod.ts'
import { probeFromRunner, writeFromRunner } from './from-runner.ts'
import { addressOf, type Finding, type ProbeContext } from './probe-context.ts'
import type { ProbeOutput } from './probe-output.ts'
import { proofKey, writeFinding } from './write.ts'

/**
 * Proves that the cache replies to a backend pod of the namespace, and optionally that a non-backend pod is blocked.
 * @throws Failure that names every check which did not pass
 */
export async function connectFromPod(
  inputs: ConnectionInputs,
  deadline: Deadline,
  deps: PodDeps
): Promise<ConnectionResult> {
  const context = contextFrom('cluster', inputs)
  const { output, nonBackend } = await probeFromPods(inputs, context, deadline, deps)
  // Where nobody gets in, it proves nothing that somebody is kept out.
  const reached = output.networkProblem === undefined
  if (inputs.nonBackend && reached && nonBackend === undefined) {
    deps.note('Not verified that a pod without the backend label is blocked: it could not try to connect.')
  }
  const others = reached && nonBackend !== undefined ? [nonBackend] : []
  return conclude(output, [...writeFromPod(output, context, deps), ...others], inputs, context, deps)
}

/**
 * Proves that the cache replies to this machine.
 * @throws Failure that names every check which did not pass
 */
export async function connectFromRunner(
  inputs: ConnectionInputs,
  deadline: Deadline,
  deps: RunnerDeps
): Promise<ConnectionResult> {
  const context = contextFrom('runner', inputs)
  const output = await probeFromRunner(inputs.credentials.password, context, deadline, deps)
  return conclude(output, await writeFromRunner(inputs, output, context, deps), inputs, context, deps)
}

/** What became of the write of the pod. That a replica takes none is told by its role. */
function writeFromPod({ write, answers }: ProbeOutput, context: ProbeContext, { note }: PodDeps): Finding[] {
  const info = parseInfo(answers?.info ?? '')
  if (write === undefined || info.get('role') === 'slave') return []
  // The pod knows no rules of users.
  const finding = writeFinding(write, { info, user: context.address.username, key: proofKey(undefined) })
  // To a Redis in the cluster, the port-forward has written, and knew the rules.
  if (context.topology === 'managed') for (const sentence of finding.notes) note(sentence)
  return writeFindings(finding, context)
}

function contextFrom(from: ProbeContext['from'], { namespace, topology, credentials }: ConnectionInputs): ProbeContext {
  return { from, namespace, topology, address: addressOf(credentials) }
}

function conclude(
  output: ProbeOutput,
  others: readonly Finding[],
  inputs: ConnectionInputs,
  context: ProbeContext,
  { checked, note, log }: ConnectionDeps
): ConnectionResult {
  const { certificate, answers } = output
  const info = parseInfo(answers?.info ?? '')
  const judged = answers === undefined ? [] : managedChecks(answers, inputs, context)
  const findings = [...reachFindings(output, context), ...judged, ...others]
  for (const { name, passed, detail, relaxed } of findings) {
    log(`${relaxed ? '–' : passed ? '✓' : '✗'} ${name}: ${detail}`)
    checked({ name, passed, detail, ...(relaxed && { relaxed }) })
  }
  if (certificate !== undefined && certificate.naming === undefined) note(unseenName(context))
  if (isClustered(info)) note('The node role was not checked: in cluster mode each node holds a share of the keys.')
  const unjudged = info.has('redis_version') && context.topology === 'managed' ? unjudgedSize(info, context) : undefined
  if (unjudged !== undefined) note(unjudged)
  if (isReaderPort(context)) note('Port 6380 of a serverless cache is its reader port; writes go to port 6379.')
  const failed = findings.filter(({ passed }) => !passed)
  if (failed[0] !== undefined) throw failureOf(failed[0], failed)
  return factsOf(info)
}

function unseenName({ address: { host } }: ProbeContext): string {
  return (
    `Whether the certificate names ${host} was not checked: the server sends it only to TLS 1.3 clients, ` +
    'or the image has neither nc nor bash.'
  )
}

function isReaderPort({ address: { host, port } }: ProbeContext): boolean {
  return port === 6380 && endpointForm(host).form === 'serverless'
}

function failureOf(first: Finding, failed: readonly Finding[]): Failure {
  const sentence = failed.map(({ name, detail }) => `${name}: ${detail}`).join('. ')
  return new Failure(first.code, sentence, first.hint)
}

function factsOf(info: RedisInfo): ConnectionResult {
  const bytes = (number: number) => (Number.isFinite(number) ? number : undefined)
  return {
    redisVersion: serverVersion(info),
    usedMemoryBytes: bytes(usedMemory(info)),
    maxmemoryBytes: bytes(Number(info.get('maxmemory')))
  }
}
