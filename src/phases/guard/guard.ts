import { isDeepStrictEqual } from 'node:util'
import type { ForwardedPort } from '../../clients/kubernetes/port-forward.ts'
import { credentialField, credentialsObject } from '../../core/credentials.ts'
import { Failure, messageOf } from '../../core/failure.ts'
import { at, type KubernetesObject, objectId } from '../../core/kubernetes/object.ts'
import { containerOf, names, ports } from '../../core/kubernetes/workload.ts'
import { appendsAtStart, appendsByFile } from '../../core/redis/append-only.ts'
import { parseInfo } from '../../core/redis/info.ts'
import { cacheOfObjects, type RenderedCache } from '../../core/rendered-cache/rendered-cache.ts'
import { outlivesPod } from '../../core/rendered-cache/storage.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { asksRedis, type Barrier, guardJudgement, type Loss } from './checks.ts'
import { readClaims, type StoredClaim } from './claims.ts'
import type { GuardDeps, GuardInputs, States } from './deps.ts'
import { type Running, runningFrom } from './running.ts'

/** The limit of one connection or reply, in milliseconds: without a reply, the deployed configuration decides. */
const answerMilliseconds = 3_000

/**
 * Refuses a deployment that would lose data, before anything is written. A deleted StatefulSet may have left its claim
 * and its pod: then the rendered one determines where to look. If there is no claim there, Redis is not queried.
 * @throws Failure data-at-risk that says what would be lost and how to keep it
 */
export async function guard({ namespace, states, changes }: GuardInputs, deps: GuardDeps): Promise<void> {
  const stored = cacheOfObjects(states.flatMap(({ before }) => before ?? []))
  const wanted = cacheOfObjects(states.map(({ after }) => after))
  const redis = stored.redis ?? wanted.redis
  if (redis === undefined) return
  const isStored = stored.redis !== undefined
  const statefulSet = redis.statefulSet.object
  const before = isStored ? appending(stored) : leftConfiguration(statefulSet, states)
  const appends = { before, after: appending(wanted) }
  const claims = await readClaims(statefulSet, namespace, deps)
  if (!isStored && nothingLeft(claims, before)) return
  const asked = asksRedis({ changes, appends, claims }) ? await ask(namespace, states, deps) : {}
  const facts = {
    namespace,
    statefulSet,
    isStored,
    outlivesPod: outlivesPod(redis.storage),
    startsAlike: startsAlike(stored, wanted),
    changes,
    appends,
    claims,
    running: undefined,
    silence: undefined,
    barrier: undefined,
    ...asked
  }
  const { losses, notes, lines } = guardJudgement(facts)
  lines.forEach(deps.log)
  notes.forEach(deps.note)
  if (losses.length > 0) throw dataAtRiskFailure(losses)
}

/** How the previous Redis was started, according to the stored ConfigMap that the rendered StatefulSet refers to. */
function leftConfiguration(statefulSet: KubernetesObject, states: readonly States[]): boolean | undefined {
  const configMaps = states.flatMap(({ before }) => (before?.kind === 'ConfigMap' ? [before] : []))
  const { redis } = cacheOfObjects([statefulSet, ...configMaps])
  return redis && appendsByFile(redis)
}

/** Whether the pod template keeps everything that can decide how redis-server starts. */
function startsAlike(...caches: readonly [RenderedCache, RenderedCache]): boolean {
  const [before, after] = caches.map(({ redis }) => {
    const container = containerOf(redis?.statefulSet.object, names.redisContainer)
    return container && ['command', 'args', 'env', 'envFrom'].map((field) => at(container, field))
  })
  return before !== undefined && isDeepStrictEqual(before, after)
}

/** Whether there cannot be any data: a claim exists as long as a pod uses it. One that must not be read may exist. */
function nothingLeft(claims: readonly StoredClaim[], before: boolean | undefined): boolean {
  return claims.every(({ object }) => object === undefined) && (claims.length > 0 || before === undefined)
}

function appending({ redis }: RenderedCache): boolean | undefined {
  return redis && appendsAtStart(redis)
}

function dataAtRiskFailure(losses: readonly Loss[]): Failure {
  const sentence = losses.map((loss) => loss.sentence).join('. Also: ')
  const hint = losses.map((loss) => loss.hint).join('. Also: ')
  return new Failure('data-at-risk', `nothing was written because data would be lost: ${sentence}`, hint)
}

/** Queries the running Redis once, with the password that it had before this run. */
async function ask(
  namespace: string,
  states: readonly States[],
  deps: GuardDeps
): Promise<{ running: Running } | { silence: string; barrier?: Barrier | undefined }> {
  try {
    const password = await storedPassword(namespace, states, deps)
    await using tunnel = await deps.openTunnel(ports.redis)
    const running = runningFrom(parseInfo(await infoThrough(tunnel, password, deps)))
    return running === undefined ? { silence: 'INFO lacks aof_enabled' } : { running }
  } catch (error) {
    return { silence: sanitizeLine(messageOf(error)), barrier: barrierIn(error, namespace, deps) }
  }
}

/** What prevents the query of a Redis that may well be running; undefined if Redis itself does not reply. */
function barrierIn(error: unknown, namespace: string, { isReply, toFailure }: GuardDeps): Barrier | undefined {
  if (isReply(error, 'WRONGPASS', 'NOAUTH')) return { hint: undefined }
  const attempt = { verb: 'port-forward to', object: `Pod/${names.pod}`, namespace }
  const { code, hint } = toFailure(error, { ...attempt, needs: 'get and create pods/portforward' })
  return code === 'forbidden' ? { hint } : undefined
}

async function infoThrough(tunnel: ForwardedPort, password: string | undefined, deps: GuardDeps): Promise<string> {
  try {
    await using connection = await deps.openRedis(tunnel.port, password, answerMilliseconds)
    return String(await connection.call('INFO'))
  } catch (error) {
    const { problem } = tunnel
    if (problem === undefined) throw error
    throw problem.by === 'pod' ? new Error(problem.said) : problem.error
  }
}

async function storedPassword(
  namespace: string,
  states: readonly States[],
  { cluster, secret }: GuardDeps
): Promise<string | undefined> {
  const known = states.find(({ after }) => objectId(after) === objectId(credentialsObject))?.before
  const stored = known ?? (await cluster.read(credentialsObject, namespace))
  const password = stored && credentialField(stored, 'password')
  if (password !== undefined) secret(password)
  return password
}
