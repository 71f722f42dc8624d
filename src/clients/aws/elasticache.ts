import type { Failure } from '../../core/failure.ts'
import { absentGroupFailure, type Elsewhere } from './absent.ts'
import type { ElastiCache, Limits } from './client.ts'
import { factsOf, type ReplicationGroupFacts } from './facts.ts'
import { credentialsFailure, regionFailure, requestFailure } from './failure.ts'
import { awsErrorKind } from './known-errors.ts'
import { loadClient } from './load.ts'

/** How long AWS may take in all, credentials included: a program that the profile names may hang. In milliseconds. */
export interface ElastiCacheLimits extends Limits {
  all: number
}

const defaultLimits: ElastiCacheLimits = { connection: 5_000, request: 10_000, all: 60_000 }

/**
 * Describes one replication group by the ElastiCache API, with the credentials of the SDK's default chain.
 * @param region undefined means AWS_REGION, else the one of the profile
 * @throws Failure that names what exists instead, the missing permission, or why AWS did not respond
 */
export async function describeReplicationGroup(
  id: string,
  region: string | undefined,
  signal: AbortSignal,
  limits: ElastiCacheLimits = defaultLimits
): Promise<ReplicationGroupFacts> {
  const { openElastiCache } = await loadClient()
  using api = openElastiCache(region, limits)
  const end = AbortSignal.any([signal, AbortSignal.timeout(limits.all)])
  const attempt = <T>(job: Promise<T>, toFailure: (error: unknown) => Failure) =>
    ended(job, end).catch((error: unknown) => {
      signal.throwIfAborted()
      throw toFailure(end.aborted ? tooLong(limits.all) : error)
    })

  const asked = await attempt(api.region(), regionFailure)
  await attempt(api.authenticate(), (error) => credentialsFailure(error, asked))
  const group = await attempt(groupOrNone(api, id, end), (error) => requestFailure(error, { id, region: asked }))
  if (group !== undefined) return factsOf(group, id, asked)
  const found = await elsewhere(api, id, end)
  signal.throwIfAborted()
  throw absentGroupFailure({ id, region: asked }, found)
}

async function groupOrNone(api: ElastiCache, id: string, signal: AbortSignal) {
  try {
    return (await api.replicationGroups(id, signal))[0]
  } catch (error) {
    if (awsErrorKind(error) === 'absent') return undefined
    throw error
  }
}

// The group is certainly missing; this only adds details, so what cannot be read is left out.
async function elsewhere(api: ElastiCache, id: string, signal: AbortSignal): Promise<Elsewhere> {
  const refused: string[] = []
  const found = <T>(action: string, job: Promise<T[]>) =>
    job.catch((error: unknown) => {
      if (awsErrorKind(error) !== 'absent') refused.push(action)
      return []
    })
  const [caches, clusters, groups] = await Promise.all([
    found('DescribeServerlessCaches', api.serverlessCaches(id, signal)),
    found('DescribeCacheClusters', api.cacheClusters(id, signal)),
    api.replicationGroups(undefined, signal).catch(() => [])
  ])
  return {
    serverless: caches.length > 0,
    cluster: clusters[0] && { engine: clusters[0].Engine, replicationGroup: clusters[0].ReplicationGroupId },
    groups: groups.flatMap(({ ReplicationGroupId }) => ReplicationGroupId ?? []),
    refused
  }
}

/** The result of a job, or the reason of the signal if that comes first: not everything in the SDK can be aborted. */
async function ended<T>(job: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  try {
    return await Promise.race([job, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

function tooLong(milliseconds: number): Error {
  return Object.assign(new Error(`no answer within ${milliseconds / 1000} s`), { name: 'TimeoutError' })
}
