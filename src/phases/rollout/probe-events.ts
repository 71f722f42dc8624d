import { isOfContainer, latest, newest, timeOf } from '../../core/kubernetes/events.ts'
import { at, type KubernetesObject, textAt } from '../../core/kubernetes/object.ts'
import { names, ports } from '../../core/kubernetes/workload.ts'
import type { Problem } from '../../core/problem.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { ordinal } from './container-status.ts'

const second = 1000

/**
 * What our probes report from a running Redis that will not become ready by itself.
 * @param status of container redis
 */
export function probeProblem(
  { metadata: { name } }: KubernetesObject,
  status: unknown,
  events: readonly KubernetesObject[]
): Problem | undefined {
  const message = sanitizeLine(latest(events, 'Unhealthy') ?? '')
  if (message.includes('MISCONF')) {
    return {
      code: 'persistence-failing',
      sentence: `Redis in pod ${name} cannot save its data: ${message}`,
      hint: 'check whether the volume is full, and read the Redis log',
      toleranceMilliseconds: 5 * second
    }
  }
  if (/NOAUTH|WRONGPASS/.test(message)) {
    return {
      code: 'redis-auth',
      sentence: `Redis in pod ${name} rejects the password that its probes read from the Secret: ${message}`,
      hint: 'give Redis the password of Secret/redis-credentials, as manifests/base does',
      toleranceMilliseconds: 5 * second
    }
  }
  // A probe of the exporter says nothing of Redis.
  const ofRedis = events.filter((event) => isOfContainer(event, names.redisContainer))
  const said = newest(ofRedis, 'Unhealthy')
  if (said === undefined) return undefined
  const time = timeOf(said)
  const ran = Date.parse(time) - Date.parse(textAt(status, 'state', 'running', 'startedAt') ?? time)
  // What an earlier run could not do says nothing of this one.
  return ran < 0 ? undefined : cannotAnswer(name, sanitizeLine(textAt(said, 'message') ?? ''), ran)
}

/** How long after its start a container in which nothing listens yet may be one whose script prepares the start. */
const preparingMilliseconds = 15 * second

const blocked = /\bBUSY\b/
const full = /max number of clients/
const makeRoom = 'raise maxclients in redis.conf, or find the application that opens connections and closes none'

/**
 * Why a Redis does not answer the probe of its pod, where that has a cause of its own.
 * @param ran for how long the container had run when it was said, in milliseconds
 */
function cannotAnswer(pod: string, message: string, ran: number): Problem | undefined {
  const log = 'the last log lines of the container are below'
  if (blocked.test(message)) {
    return {
      code: 'probe-failing',
      sentence: `a script blocks Redis in pod ${pod}, which runs nothing else meanwhile: ${message}`,
      hint: 'end the script: run `SCRIPT KILL` (or `FUNCTION KILL`) in redis-cli; if it has written, only a restart ends it',
      toleranceMilliseconds: 5 * second,
      container: names.redisContainer
    }
  }
  if (full.test(message)) {
    return {
      code: 'probe-failing',
      sentence: `Redis in pod ${pod} turns clients away, because as many as maxclients are connected: ${message}`,
      hint: makeRoom,
      toleranceMilliseconds: 15 * second,
      container: names.redisContainer
    }
  }
  // Redis listens before it loads its data. The kubelet drops events after some twenty, so that the last one may be old:
  // an early one says nothing, because a script may prepare the start.
  if (/connection refused/i.test(message)) {
    if (ran < preparingMilliseconds) return undefined
    const nothing = new RegExp(`\\b${ports.redis}\\b`).test(message)
      ? `nothing listens on port ${ports.redis} in container ${names.redisContainer}`
      : `nothing listens where the probe of pod ${pod} asks`
    return {
      code: 'probe-failing',
      sentence: `${nothing}: ${message}`,
      hint: `compare the command of container ${names.redisContainer} and its port with what the probe asks; ${log}`,
      toleranceMilliseconds: 15 * second,
      container: names.redisContainer
    }
  }
  if (/reset by peer|server closed the connection/i.test(message)) {
    return {
      code: 'probe-failing',
      sentence: `Redis in pod ${pod} ends connections without an answer, as it does where it speaks TLS alone: ${message}`,
      hint: `write port 6379 in redis.conf, or let the probe speak TLS (redis-cli --tls); ${log}`,
      toleranceMilliseconds: 30 * second,
      container: names.redisContainer
    }
  }
  return undefined
}

/**
 * A container that the kubelet killed because a probe failed: its exit code says nothing, and it may have run for long.
 * @param exit of its last run; a probe that killed an earlier one does not count
 */
export function killedByProbe(
  status: unknown,
  exit: unknown,
  events: readonly KubernetesObject[]
): Problem | undefined {
  const name = textAt(status, 'name') ?? ''
  const own = events.filter((event) => isOfContainer(event, name))
  const kill = newest(own, 'Killing')
  const probe = /failed (liveness|startup) probe/.exec(textAt(kill, 'message') ?? '')?.[1]
  if (kill === undefined || probe === undefined) return undefined
  if (timeOf(kill) < (textAt(exit, 'startedAt') ?? '')) return undefined
  const said = own.findLast(
    (event) => at(event, 'reason') === 'Unhealthy' && textAt(event, 'message')?.toLowerCase().startsWith(probe) === true
  )
  const words = sanitizeLine(textAt(said, 'message') ?? '')
  // A probe that timed out does not say why; another one of the same run may.
  const ofRun = own.filter(
    (event) => at(event, 'reason') === 'Unhealthy' && timeOf(event) >= (textAt(exit, 'startedAt') ?? '')
  )
  return {
    code: 'probe-failing',
    sentence:
      `container ${name} was killed because its ${probe} probe failed (${ordinal(status)} time)` +
      (words === '' ? '' : `: ${words}`),
    hint: killHint([words, ...ofRun.map((event) => textAt(event, 'message') ?? '').reverse()]),
    toleranceMilliseconds: 0,
    container: name
  }
}

/** What to do where a probe was right to fail, or else about the probe. @param messages the most telling one first */
function killHint(messages: readonly string[]): string {
  const log = 'the last log lines of the container are below'
  const cause = messages.find((message) => blocked.test(message) || full.test(message))
  if (cause === undefined) return `correct the probe or what it checks; ${log}`
  return blocked.test(cause)
    ? 'a script blocked Redis (BUSY), not the probe: split the script up, or end it with `SCRIPT KILL` (`FUNCTION KILL`) ' +
        `before the probe gives up; ${log}`
    : `as many clients as maxclients were connected, and the probe was turned away: ${makeRoom}; ${log}`
}
