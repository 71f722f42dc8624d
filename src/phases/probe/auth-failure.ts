import { credentialsObject } from '../../core/credentials.ts'
import { Failure, messageOf } from '../../core/failure.ts'
import { writerOf } from '../../core/kubernetes/managed-fields.ts'
import { at, type KubernetesObject, listAt, textAt } from '../../core/kubernetes/object.ts'
import { names, podLabels, redisPod } from '../../core/kubernetes/workload.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import type { ProbeDeps } from './deps.ts'
import { selfHostedHint, wrongUserHint } from './hints.ts'

/** When Redis read its password, and when the Secret got its current one; undefined if unknown. */
export interface PasswordTimes {
  started: string | undefined
  changed: string | undefined
}

/** The time limit for details of a failure that is already certain. */
const explanationMilliseconds = 3_000

/** Who was refused. */
export interface Refused {
  namespace: string
  /** Whether `url` names a user of its own. Its name is not shown: it may be what somebody took for the password. */
  isNamed: boolean
}

/** The failure for a Redis that refuses access: a wrong password, another user or a missing permission, and the reason. */
export async function authFailure(error: unknown, { namespace, isNamed }: Refused, deps: ProbeDeps): Promise<Failure> {
  const said = sanitizeLine(messageOf(error))
  const sentence = deps.isReply(error, 'NOPERM')
    ? missingRightFailure(said)
    : isNamed
      ? wrongUserFailure(said)
      : wrongPasswordFailure(said, await readTimes(namespace, deps))
  const hint = deps.isReply(error, 'NOPERM')
    ? `give that user the right (user default of manifests/base has all rights), and ${selfHostedHint('redis-auth', namespace)}`
    : isNamed
      ? wrongUserHint(namespace)
      : selfHostedHint('redis-auth', namespace)
  return new Failure('redis-auth', sentence, hint, [], error)
}

export function missingRightFailure(said: string): string {
  // Redis 6.2 names the command (`'config' command`), later ones also its subcommand (`'config|get' command`).
  const command = /'([^']+)' command/.exec(said)?.[1]?.replace('|', ' ').toUpperCase()
  const which = command === undefined ? 'a command' : `the command ${command}`
  return `Redis in pod ${names.pod} accepts the password, but its user may not run ${which}: ${said}`
}

export function wrongUserFailure(said: string): string {
  return (
    `Redis in pod ${names.pod} rejects the user that key url of Secret/${names.credentials} names, or its password: ` +
    `${said} Redis says the same of a user that it does not have, and of one that is off`
  )
}

export function wrongPasswordFailure(said: string, { started, changed }: PasswordTimes): string {
  const base = `Redis in pod ${names.pod} rejects the password of Secret/${names.credentials}: ${said}`
  if (started === undefined || changed === undefined) return base
  return changed > started
    ? `${base}. The Secret was changed at ${changed}, but Redis has been running since ${started} with the previous one`
    : `${base}. Redis has been running since ${started} and the Secret has not changed since, so Redis has a different password`
}

/** The times from a pod and a Secret: fields that an apply does not change keep their time. */
export function passwordTimes(pod: KubernetesObject | undefined, secret: KubernetesObject | undefined): PasswordTimes {
  const statuses = listAt(pod, 'status', 'containerStatuses')
  const redis = statuses.find((status) => at(status, 'name') === names.redisContainer)
  return {
    started: textAt(redis, 'state', 'running', 'startedAt'),
    changed: writerOf(secret, ['data'])?.time ?? textAt(secret, 'metadata', 'creationTimestamp')
  }
}

// The refusal is certain; this only adds details, so what cannot be read soon is left out.
async function readTimes(namespace: string, { cluster, clock, signal }: ProbeDeps): Promise<PasswordTimes> {
  const unknown = { started: undefined, changed: undefined }
  const over = new AbortController()
  const late = clock.sleep(explanationMilliseconds, AbortSignal.any([signal, over.signal])).then(() => unknown)
  try {
    return await Promise.race([askTimes(namespace, cluster), late])
  } catch {
    signal.throwIfAborted()
    return unknown
  } finally {
    over.abort()
  }
}

async function askTimes(namespace: string, cluster: ProbeDeps['cluster']): Promise<PasswordTimes> {
  const statefulSet = await cluster.readStatefulSet(namespace, names.statefulSet)
  const labels = podLabels(statefulSet)
  const [pods, secret] = await Promise.all([
    labels === undefined ? [] : cluster.listPods(namespace, labels),
    cluster.read(credentialsObject, namespace)
  ])
  return passwordTimes(redisPod(pods), secret)
}
