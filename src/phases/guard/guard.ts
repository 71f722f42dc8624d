import { isDeepStrictEqual } from 'node:util'
import type { ForwardedPort } from '../../clients/kubernetes/port-forward.ts'
import { credentialField, credentialsObject } from '../../core/credentials.ts'
import { Failure, messageOf } from '../../core/failure.ts'
import { isWrittenByUs } from '../../core/kubernetes/managed-fields.ts'
import { at, type KubernetesObject, objectId } from '../../core/kubernetes/object.ts'
import { containerOf, names, ports } from '../../core/kubernetes/workload.ts'
import { appendsAtStart, appendsByFile } from '../../core/redis/append-only.ts'
import type { Engine } from '../../core/redis/engine.ts'
import { parseInfo } from '../../core/redis/info.ts'
import type { RedisLogin } from '../../core/redis/login.ts'
import { userOf } from '../../core/redis/url.ts'
import { dataSetup } from '../../core/rendered-cache/data-setup.ts'
import { cacheOfObjects, type RenderedCache } from '../../core/rendered-cache/rendered-cache.ts'
import { outlivesPod } from '../../core/rendered-cache/storage.ts'
import type { Preparation } from '../../core/result.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { asksRedis, guardJudgement } from './checks.ts'
import { readClaims, type StoredClaim } from './claims.ts'
import type { GuardDeps, GuardInputs, States } from './deps.ts'
import { engineLoss } from './engine.ts'
import { type Barrier, type Loss, restartOf } from './facts.ts'
import { restHint } from './hints.ts'
import { type Running, runningFrom } from './running.ts'

/** The limit of one connection or reply, in milliseconds: without a reply, the deployed configuration decides. */
const answerMilliseconds = 3_000

/** What the guard found about the data of the Redis that is deployed. */
export interface Guarded {
  /** What would be lost, and was not accepted. */
  losses: readonly Loss[]
  /** What a reader should know besides: what was accepted, and what could not be looked at. */
  notes: readonly string[]
  /** Why redis-0 would restart; empty if it would not. */
  changes: readonly string[]
  /** What the running Redis must do before its pod goes. */
  preparations: readonly Preparation[]
  /** What to say where it does not come to rest before that. */
  restart: Pick<Preparation, 'because' | 'hint'>
  /** Undefined where it was not asked, or does not answer. */
  running: Running | undefined
  /** How it was asked. */
  login: RedisLogin | undefined
  /** Whether its files outlive the pod, so that the new one reads them. */
  outlivesPod: boolean
  /** Whether there is something to lose, and the new one finds what the running one has written. */
  keepsData: boolean
}

/**
 * Looks at everything that decides whether a deployment would lose data, before anything is written. A deleted StatefulSet may have left its claim
 * and its pod: then the rendered one determines where to look. If there is no claim there, Redis is not queried.
 * @returns what would be lost, and what must be done before the first write; undefined where there is no Redis
 * @throws Failure of a request
 */
export async function guard(
  { namespace, states, changes, accepted }: GuardInputs,
  deps: GuardDeps
): Promise<Guarded | undefined> {
  const stored = cacheOfObjects(states.flatMap(({ before }) => before ?? []))
  const wanted = cacheOfObjects(states.map(({ after }) => after))
  const redis = stored.redis ?? wanted.redis
  if (redis === undefined || wanted.redis === undefined) return undefined
  const isStored = stored.redis !== undefined
  const statefulSet = redis.statefulSet.object
  const appends = {
    before: isStored ? appending(stored) : leftConfiguration(statefulSet, states),
    after: appending(wanted)
  }
  const claims = await readClaims(statefulSet, namespace, deps)
  if (!isStored && nothingLeft(claims, appends.before)) return undefined
  const setups = { before: stored.redis && dataSetup(stored.redis), after: dataSetup(wanted.redis) }
  const nothing: Asked = { running: undefined, login: undefined, silence: undefined, barrier: undefined }
  const asked = asksRedis({ changes, ...setups }) ? await ask(namespace, states, deps) : nothing
  const facts = {
    namespace,
    statefulSet,
    isStored,
    isOurs: isWrittenByUs(statefulSet),
    outlivesPod: outlivesPod(redis.storage),
    startsAlike: startsAlike(stored, wanted),
    changes,
    appends,
    ...setups,
    claims,
    accepted,
    ...asked
  }
  const { losses, preparations, notes, lines, accepted: lifted } = guardJudgement(facts)
  lines.forEach(deps.log)
  const writesNothing = appends.after === false && setups.after.savePoints === ''
  const { outlivesPod: outlives, running, login } = facts
  const keepsData = outlives && lifted.length === 0 && !writesNothing && running?.keys !== 0
  return {
    losses,
    notes: [...lifted, ...notes],
    changes,
    preparations,
    restart: { because: restartOf(facts), hint: restHint(facts) },
    running,
    login,
    outlivesPod: outlives,
    keepsData
  }
}

/**
 * Refuses an engine that cannot read the files of the running one, as soon as it is known which one would start.
 * @throws Failure data-at-risk
 */
export function refuseEngine({ running, outlivesPod, changes }: Guarded, reader: Engine): void {
  if (running?.engine === undefined || !outlivesPod) return
  const loss = engineLoss(running.engine, reader, restartOf({ changes }))
  if (loss !== undefined) throw dataAtRiskFailure([loss])
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

/** What would be lost, and how to keep it. */
export function dataAtRiskFailure(losses: readonly Loss[]): Failure {
  const sentence = losses.map((loss) => loss.sentence).join('. Also: ')
  const hint = losses.map((loss) => loss.hint).join('. Also: ')
  return new Failure('data-at-risk', `nothing was written because data would be lost: ${sentence}`, hint)
}

/** What came of a query; everything is undefined where none was made. */
interface Asked {
  running: Running | undefined
  login: RedisLogin | undefined
  silence: string | undefined
  barrier: Barrier | undefined
}

/** Queries the running Redis once, as the user whom the Secret named before this run. */
async function ask(namespace: string, states: readonly States[], deps: GuardDeps): Promise<Asked> {
  try {
    const login = await storedLogin(namespace, states, deps)
    await using tunnel = await deps.openTunnel(ports.redis)
    const running = runningFrom(parseInfo(await infoThrough(tunnel, login, deps)))
    if (running?.keys !== undefined) deps.answered()
    const silence = running === undefined ? 'INFO lacks aof_enabled' : undefined
    return { running, login: running && login, silence, barrier: undefined }
  } catch (error) {
    return {
      running: undefined,
      login: undefined,
      silence: sanitizeLine(messageOf(error)),
      barrier: barrierIn(error, namespace, deps)
    }
  }
}

/** What prevents the query of a Redis that may well be running; undefined if Redis itself does not reply. */
function barrierIn(error: unknown, namespace: string, { isReply, toFailure }: GuardDeps): Barrier | undefined {
  if (isReply(error, 'WRONGPASS', 'NOAUTH')) return { hint: undefined }
  if (isReply(error, 'NOPERM')) return { hint: 'let the user of `url` run INFO, CONFIG SET and BGSAVE' }
  const attempt = { verb: 'port-forward to', object: `Pod/${names.pod}`, namespace }
  const { code, hint } = toFailure(error, { ...attempt, needs: 'get and create pods/portforward' })
  return code === 'forbidden' ? { hint } : undefined
}

async function infoThrough(
  tunnel: ForwardedPort,
  { username, password }: RedisLogin,
  deps: GuardDeps
): Promise<string> {
  try {
    await using connection = await deps.openRedis(tunnel.port, password, answerMilliseconds, username)
    return String(await connection.call('INFO'))
  } catch (error) {
    const { problem } = tunnel
    if (problem === undefined) throw error
    throw problem.by === 'pod' ? new Error(problem.said) : problem.error
  }
}

/** As it was before this run; of a Redis that others made and no Secret knows yet, as the inputs say. */
async function storedLogin(
  namespace: string,
  states: readonly States[],
  { cluster, secret }: GuardDeps
): Promise<RedisLogin> {
  const known = states.find(({ after }) => objectId(after) === objectId(credentialsObject))
  const stored = known?.before ?? (await cluster.read(credentialsObject, namespace)) ?? known?.after
  const field = (name: 'password' | 'url') => stored && credentialField(stored, name)
  const password = field('password')
  if (password !== undefined) secret(password)
  return { username: userOf(field('url') ?? ''), password }
}
