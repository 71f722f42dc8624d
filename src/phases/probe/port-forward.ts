import type { ForwardedPort } from '../../clients/kubernetes/port-forward.ts'
import type { Deadline } from '../../core/deadline.ts'
import { Failure, messageOf } from '../../core/failure.ts'
import { apiCall } from '../../core/kubernetes/api-call.ts'
import { at, textAt } from '../../core/kubernetes/object.ts'
import { names, ports } from '../../core/kubernetes/workload.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { authFailure, type Refused } from './auth-failure.ts'
import type { ProbeDeps } from './deps.ts'
import { portForwardHint, readLogHint, redisCliCommand, selfHostedHint, writeHint } from './hints.ts'
import { answerMilliseconds, interval, refusedToleranceMilliseconds } from './time-limits.ts'

/**
 * Retries until Redis replies at a local port: a connection may break, an API server that restarts comes back, and a
 * Redis that loads its data will reply later. Any other reply is final, as is a server that speaks TLS or another protocol.
 * @param attempt is given two local ports, each for one connection
 */
export async function reachPod<T>(
  { namespace, isNamed }: Refused,
  deadline: Deadline,
  deps: ProbeDeps,
  attempt: (port: number, other: number) => Promise<T>
): Promise<T> {
  // One for each connection: its problem is that of the newest.
  await using first = await deps.openTunnel(ports.redis)
  await using second = await deps.openTunnel(ports.redis)
  let patient = deps.clock.now() + refusedToleranceMilliseconds
  let loading = false
  let isTls: boolean | undefined
  for (;;) {
    try {
      return await attempt(first.port, second.port)
    } catch (error) {
      deps.signal.throwIfAborted()
      if (deps.isReply(error, 'WRONGPASS', 'NOAUTH', 'NOPERM')) {
        throw await authFailure(error, { namespace, isNamed }, deps)
      }
      if (isFinal(error)) throw repliedFailure(error, namespace)
      const tunnel = first.problem === undefined && second.problem !== undefined ? second : first
      patient += await waitForServer(tunnel, namespace, deps)
      if (isBroken(error, tunnel)) {
        isTls ??= await deps.speaksTls(tunnel.port, answerMilliseconds(deadline))
        deps.signal.throwIfAborted()
        if (isTls) throw tlsFailure(namespace)
        if (isForeign(error)) throw foreignFailure(error)
      }
      const isLoading = deps.isReply(error, 'LOADING')
      if (isLoading && !loading) deps.log('waiting for Redis to load its data')
      loading ||= isLoading
      if (isLoading) patient = deps.clock.now() + refusedToleranceMilliseconds
      const isPatient = deps.clock.now() < patient
      if (deadline.passed || !isPatient) {
        // One answer that is late does not make a Redis that was loading a moment ago unreachable.
        throw loading && isPatient ? loadingFailure(deadline, namespace) : unreachableFailure(error, tunnel, namespace)
      }
    }
    await deps.clock.sleep(interval, deps.signal)
  }
}

/** Redis replied, and will say the same again. It may have room for another client a moment later. */
function isFinal(error: unknown): boolean {
  return at(error, 'replied') === true && !/^LOADING\b|max number of clients/.test(messageOf(error))
}

/**
 * The connection was ended, or something came that is no Redis. The runtime of the node may be the one that says so: it
 * reports a reset in the pod beside the connection.
 */
function isBroken(error: unknown, { problem }: ForwardedPort): boolean {
  if (at(error, 'replied') !== false || problem?.by === 'server') return false
  const said = `${textAt(error, 'code')} ${messageOf(error)} ${problem?.said ?? ''}`
  return isForeign(error) || (/ECONNRESET|EPIPE|closed|reset by peer/i.test(said) && !/connection refused/i.test(said))
}

/** Whether the answer is of another protocol, in the words of the parser of ioredis. */
function isForeign(error: unknown): boolean {
  return /^(Unknown RESP type|Protocol error)/.test(messageOf(error))
}

function repliedFailure(error: unknown, namespace: string): Failure {
  const said = sanitizeLine(messageOf(error), 200)
  const isBusy = /^BUSY\b/.test(said)
  const sentence = isBusy
    ? `a script blocks Redis in pod ${names.pod}, which runs nothing else meanwhile: ${said}`
    : `Redis in pod ${names.pod} replies with an error: ${said}`
  const hint = isBusy ? writeHint('script', namespace) : readLogHint(namespace)
  return new Failure('redis-unreachable', sentence, hint, [], error)
}

function tlsFailure(namespace: string): Failure {
  return new Failure(
    'redis-unreachable',
    `Redis in pod ${names.pod} speaks TLS on port ${ports.redis}, where this action, the probes of the pod and the ` +
      'exporter connect without',
    `write port ${ports.redis} in redis.conf, and give tls-port another port, or 0; then look at what Redis says of it: ` +
      `\`kubectl -n ${namespace} logs ${names.pod} -c ${names.redisContainer}\``
  )
}

function foreignFailure(error: unknown): Failure {
  const said = sanitizeLine(messageOf(error).replace(/ *Please report this\.$/, ''), 200)
  return new Failure(
    'redis-unreachable',
    `what listens on port ${ports.redis} in pod ${names.pod} is not Redis: ${said}`,
    `let redis-server of container ${names.redisContainer} listen there: compare its command, its image and the ports of ` +
      'the other containers',
    [],
    error
  )
}

function loadingFailure(deadline: Deadline, namespace: string): Failure {
  const seconds = Math.round(deadline.milliseconds / 1000)
  const sentence = `Redis in pod ${names.pod} is still loading its data after ${seconds} s`
  return new Failure('redis-loading', sentence, selfHostedHint('redis-loading', namespace))
}

function unreachableFailure(error: unknown, tunnel: ForwardedPort, namespace: string): Failure {
  if (/max number of clients/.test(messageOf(error))) return fullFailure(error, namespace)
  const sentence = `Redis in pod ${names.pod} does not answer through a port-forward: ${reasonOf(tunnel, error)}`
  const hint =
    tunnel.problem?.by === 'server' ? portForwardHint(namespace) : selfHostedHint('redis-unreachable', namespace)
  return new Failure('redis-unreachable', sentence, hint, [], error)
}

function fullFailure(error: unknown, namespace: string): Failure {
  return new Failure(
    'redis-unreachable',
    `Redis in pod ${names.pod} turns clients away, because as many as maxclients are connected`,
    'raise maxclients in redis.conf, or find the application that opens connections and closes none, by their ' +
      `addresses, as soon as Redis has room: ${redisCliCommand(namespace, undefined, 'CLIENT LIST')}`,
    [],
    error
  )
}

/**
 * Waits for an API server that opens no port-forward because it is unreachable. Another request is made to it, which
 * returns when it is back, or at the deadline.
 * @returns how long that took, in milliseconds: time in which nothing in the pod had a chance to reply
 * @throws Failure if the server refuses the port-forward, or does not come back
 */
export async function waitForServer({ problem }: ForwardedPort, namespace: string, deps: ProbeDeps): Promise<number> {
  const { cluster, clock, toFailure } = deps
  if (problem?.by !== 'server') return 0
  const attempt = { verb: 'port-forward to', object: `Pod/${names.pod}`, namespace }
  // An API server names the one verb that it has just asked for, and some name none.
  const failure = toFailure(problem.error, { ...attempt, needs: 'get and create pods/portforward' })
  if (['unauthorized', 'forbidden'].includes(failure.code)) throw failure
  const start = clock.now()
  await apiCall({ verb: 'read', object: `StatefulSet/${names.statefulSet}`, namespace }, deps, () =>
    cluster.readStatefulSet(namespace, names.statefulSet)
  )
  return clock.now() - start
}

/** Why there was no answer: what stood in the way, or else what the client saw. */
export function reasonOf({ problem }: ForwardedPort, error: unknown): string {
  if (problem?.by === 'pod') return problem.said
  return sanitizeLine(messageOf(problem === undefined ? error : problem.error))
}
