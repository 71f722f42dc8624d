import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getCACertificates } from 'node:tls'
import { describeReplicationGroup } from '../clients/aws/elasticache.ts'
import type { Role } from '../clients/kubernetes/attempt.ts'
import type { Cluster } from '../clients/kubernetes/cluster.ts'
import { toFailureFor } from '../clients/kubernetes/failure.ts'
import { connectToRedis } from '../clients/redis/connection.ts'
import { systemClock } from '../clients/runner/system-clock.ts'
import { type Credentials, credentialsObject } from '../core/credentials.ts'
import { Failure } from '../core/failure.ts'
import { type KubernetesObject, objectId } from '../core/kubernetes/object.ts'
import { names, ports } from '../core/kubernetes/workload.ts'
import { parseManifest } from '../core/manifest.ts'
import { backendLabels, isIsolated, labelText, usualBackend } from '../core/rendered-cache/backend-labels.ts'
import { type RenderedCache, renderedCache } from '../core/rendered-cache/rendered-cache.ts'
import { verifyReplicationGroup } from '../phases/elasticache/elasticache.ts'
import { connectFromPod, connectFromRunner } from '../phases/probe/probe-managed.ts'
import { verifySecret } from '../phases/secret/secret.ts'
import type { ClusterSession } from './cluster-session.ts'
import { checkedInto, noteInto } from './findings.ts'
import type { CacheInputs } from './inputs/cache.ts'
import { reportRotation } from './secret-rotation.ts'
import type { StepContext } from './step.ts'

/**
 * Proves that the Secret matches AWS, as far as that is possible, and that its keys are valid.
 * @param force whether a sync of the ExternalSecret is forced for that; otherwise its last sync is judged
 */
export async function secretPhase(
  { externalSecret }: RenderedCache,
  force: boolean,
  session: ClusterSession,
  step: StepContext
): Promise<Credentials> {
  const { namespace, cluster, deadline, role } = session
  const { result, redactor, signal, log, phase } = step
  const inputs = { namespace, externalSecret: externalSecret?.object, force }
  let credentials: Credentials | undefined
  await phase('secret', `Secret/${names.credentials} in namespace ${namespace}`, async () => {
    const verified = await verifySecret(inputs, deadline, {
      cluster,
      toFailure: toFailureFor(role),
      secret: (value) => redactor.add(value),
      checked: checkedInto(result),
      clock: systemClock,
      date: () => new Date(),
      signal,
      log
    })
    credentials = verified.credentials
    await reportRotation(verified.changed, session, step)
    return verified.fresh ? 'it is fresh and its fields are valid' : 'its fields are valid'
  })
  if (credentials === undefined) throw new Error('the phase ended without credentials')
  return credentials
}

/** Verifies the settings of the replication group, if one is named. */
export async function elasticachePhase(
  { replicationGroup: group, awsRegion: region, relaxed }: CacheInputs,
  credentials: Credentials,
  { result, signal, log, phase }: StepContext
): Promise<void> {
  if (group === undefined) {
    noteInto(result, log)('The settings of ElastiCache were not verified: `elasticache-replication-group` is not set.')
    return
  }
  await phase('elasticache', `replication group ${group}`, async () => {
    const checks = await verifyReplicationGroup(
      { group, region, relaxed, credentials },
      {
        describe: (id, where) => describeReplicationGroup(id, where, signal),
        checked: checkedInto(result),
        log
      }
    )
    const allowed = checks.filter((check) => check.relaxed).map(({ name }) => name)
    const exceptions = allowed.length === 0 ? '' : `, except what is allowed: ${allowed.join(', ')}`
    return `replication group ${group} meets the requirements${exceptions}`
  })
}

interface ConnectionPhaseInputs extends CacheInputs {
  /** Image of the probe pod; undefined for the one of the rendered Redis, or of the one in base. */
  redisImage?: string | undefined
  /** Whether a write is proven by one, where this runner asks. */
  mayWrite: boolean
  /** Of redis-0, if it is known. */
  runId?: string | undefined
}

/** Proves that the cache replies, from the place where it is to be probed. */
export async function connectionPhase(
  cache: RenderedCache,
  {
    probeFrom = 'cluster',
    redisImage,
    maxmemoryPolicy,
    memoryThresholdPercent,
    mayWrite,
    runId
  }: ConnectionPhaseInputs,
  credentials: Credentials,
  { namespace, cluster, cleaning, deadline, role }: ClusterSession,
  { result, signal, log, phase }: StepContext
): Promise<void> {
  const note = noteInto(result, log)
  if (probeFrom === 'none') {
    note('The cache was not probed: `probe-from` is `none`.')
    return
  }
  const fromPod = probeFrom === 'cluster'
  const client = fromPod ? `a pod of namespace ${namespace}` : 'this runner'
  await phase('connection', `${credentials.host}:${credentials.port}, from ${client}`, async () => {
    const { topology } = cache
    const labels = backendLabels(cache, namespace, ports.redis)
    const usual = labelText(usualBackend)
    if (fromPod && !labels.known) note(`The probe pod has the label ${usual}, and may be kept out: ${labels.because}.`)
    const hasPolicy = isIsolated(cache)
    if (fromPod && topology === 'self-hosted' && !hasPolicy) {
      note(`No NetworkPolicy in these manifests keeps other pods of namespace ${namespace} away from Redis.`)
    }
    const inputs = {
      namespace,
      credentials,
      image: redisImage ?? (await imageFor(cache)),
      topology,
      maxmemoryPolicy,
      memoryThresholdPercent,
      mayWrite,
      runId,
      backendLabels: labels.known ? labels.value : usualBackend,
      nonBackend: topology === 'self-hosted' && hasPolicy,
      owner: await readSecret(namespace, cluster, role)
    } as const
    const authorities = getCACertificates('default')
    const common = { authorities, checked: checkedInto(result), note, clock: systemClock, signal, log }
    const facts = fromPod
      ? await connectFromPod(inputs, deadline, {
          ...common,
          cluster,
          cleaning,
          toFailure: toFailureFor(roleOfPods(role))
        })
      : await connectFromRunner(inputs, deadline, { ...common, openRedis: connectToRedis })
    Object.assign(result, facts, { connectedFrom: probeFrom })
    return `the cache answers ${client}`
  })
}

async function readSecret(namespace: string, cluster: Cluster, role: Role): Promise<KubernetesObject> {
  try {
    const secret = await cluster.read(credentialsObject, namespace)
    if (secret !== undefined) return secret
  } catch (error) {
    throw toFailureFor(role)(error, { verb: 'read', object: objectId(credentialsObject), namespace })
  }
  throw new Failure(
    'secret-missing',
    `${objectId(credentialsObject)} in namespace ${namespace} was deleted during the run`,
    `find out who did that: \`kubectl -n ${namespace} get events\`; then run again`
  )
}

/** The Role for a managed cache includes probe pods; for a self-hosted one, they need a separate Role. */
function roleOfPods(role: Role): Role {
  return role === 'rbac' ? 'rbac-probe' : role
}

/** The image of the rendered Redis or, without one, of the Redis that the action would deploy. */
async function imageFor({ redis }: RenderedCache): Promise<string> {
  const base = join(import.meta.dirname, '..', '..', 'manifests', 'base', 'redis-statefulset.yaml')
  const { container } = redis ?? renderedCache(parseManifest(await readFile(base, 'utf8'))).redis ?? {}
  return container?.image ?? ''
}
