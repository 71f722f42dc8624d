import { endpointForm } from '../../core/aws-endpoint.ts'
import type { Deadline } from '../../core/clock.ts'
import { Failure } from '../../core/failure.ts'
import { parseInfo, type RedisInfo, serverVersion, usedMemory } from '../../core/redis/info.ts'
import { isClustered, managedChecks, unjudgedSize } from './checks.ts'
import type { ConnectionInputs, ConnectionPorts, ConnectionResult, PodPorts, RunnerPorts } from './deps.ts'
import { seeFromPods } from './from-pod/from-pod.ts'
import { seeFromRunner } from './from-runner.ts'
import { reachFindings, type Sight } from './network-problem.ts'
import { addressOf, type Finding, type View } from './probe-context.ts'

/**
 * Proves that the cache answers a pod of the namespace which asks as a backend does, and if wanted that a pod which is
 * none is kept out.
 * @throws Failure that names every check which did not pass
 */
export async function connectFromPod(
  inputs: ConnectionInputs,
  deadline: Deadline,
  ports: PodPorts
): Promise<ConnectionResult> {
  const view = viewFrom('cluster', inputs)
  const { sight, outsider } = await seeFromPods(inputs, view, deadline, ports)
  // Where nobody gets in, it proves nothing that somebody is kept out.
  const reached = sight.trouble === undefined
  if (inputs.outsider && reached && outsider === undefined) {
    ports.note('That a pod which is no backend is kept out was not proven: it could not even try.')
  }
  return conclude(sight, reached && outsider !== undefined ? [outsider] : [], inputs, view, ports)
}

/**
 * Proves that the cache answers this machine.
 * @throws Failure that names every check which did not pass
 */
export async function connectFromRunner(
  inputs: ConnectionInputs,
  deadline: Deadline,
  ports: RunnerPorts
): Promise<ConnectionResult> {
  const view = viewFrom('runner', inputs)
  const sight = await seeFromRunner(inputs.credentials.password, view, deadline, ports)
  return conclude(sight, [], inputs, view, ports)
}

function viewFrom(from: View['from'], { namespace, topology, credentials }: ConnectionInputs): View {
  return { from, namespace, topology, address: addressOf(credentials) }
}

function conclude(
  sight: Sight,
  others: readonly Finding[],
  inputs: ConnectionInputs,
  view: View,
  { checked, note, log }: ConnectionPorts
): ConnectionResult {
  const { certificate, answers } = sight
  const info = parseInfo(answers?.info ?? '')
  const judged = answers === undefined ? [] : managedChecks(answers, inputs, view)
  const findings = [...reachFindings(sight, view), ...judged, ...others]
  for (const { name, passed, detail } of findings) {
    log(`${passed ? '✓' : '✗'} ${name}: ${detail}`)
    checked({ name, passed, detail })
  }
  if (certificate !== undefined && certificate.naming === undefined) note(unseenName(view))
  if (isClustered(info)) note('The role of the node was not judged: in cluster mode, each has its share of the keys.')
  const unjudged = info.has('redis_version') && view.topology === 'managed' ? unjudgedSize(info, view) : undefined
  if (unjudged !== undefined) note(unjudged)
  if (isReaderPort(view)) note('Port 6380 of a serverless cache is its reader port: writes belong to port 6379.')
  const failed = findings.filter(({ passed }) => !passed)
  if (failed[0] !== undefined) throw failureOf(failed[0], failed)
  return factsOf(info)
}

function unseenName({ address: { host } }: View): string {
  return (
    `Whether the certificate names ${host} was not checked: the server shows it to clients of TLS 1.3 only, ` +
    'or the image has neither nc nor bash.'
  )
}

function isReaderPort({ address: { host, port } }: View): boolean {
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
