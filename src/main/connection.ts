import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getCACertificates } from 'node:tls'
import { connectFromPod, connectFromRunner } from '../connection/connection.ts'
import { type Credentials, credentialsObject } from '../credentials.ts'
import { Failure } from '../failure.ts'
import type { Cluster } from '../kubernetes/cluster.ts'
import { type Role, toFailureFor } from '../kubernetes/failure.ts'
import { type KubernetesObject, objectId } from '../kubernetes-object.ts'
import { parseManifest } from '../manifest.ts'
import { connectToRedis } from '../redis/connection.ts'
import { type RenderedCache, renderedCache } from '../rendered-cache/rendered-cache.ts'
import { systemClock } from '../runner/clock.ts'
import type { CacheInputs } from './cache-inputs.ts'
import { checkedInto, noteInto } from './findings.ts'
import type { Program } from './program.ts'
import type { Target } from './target.ts'

export interface ConnectionPhaseInputs extends CacheInputs {
  /** Image of the pod that asks; undefined for the one of the Redis that is rendered, or of the one in base. */
  redisImage?: string | undefined
}

/** Proves that the cache answers, from where it is to be asked. */
export async function connectionPhase(
  cache: RenderedCache,
  { probeFrom = 'cluster', redisImage, maxmemoryPolicy, memoryThresholdPercent }: ConnectionPhaseInputs,
  credentials: Credentials,
  { namespace, cluster, cleaning, deadline, role }: Target,
  { result, signal, log, phase }: Program
): Promise<void> {
  const note = noteInto(result, log)
  if (probeFrom === 'none') {
    note('The cache was not asked: `probe-from` is `none`.')
    return
  }
  const fromPod = probeFrom === 'cluster'
  const place = fromPod ? `a pod of namespace ${namespace}` : 'this runner'
  await phase('connection', `${credentials.host}:${credentials.port}, from ${place}`, async () => {
    const { topology } = cache
    const isGuarded = cache.networkPolicies.length > 0
    const inputs = {
      namespace,
      credentials,
      image: redisImage ?? (await imageFor(cache)),
      topology,
      maxmemoryPolicy,
      memoryThresholdPercent,
      outsider: topology === 'self-hosted' && isGuarded,
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
    Object.assign(result, { ...facts, memoryThresholdPercent })
    return `the cache answers ${place}`
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
    `see who does that: \`kubectl -n ${namespace} get events\`; then run again`
  )
}

/** Who deploys a managed cache may make pods that ask; for a self-hosted one, that is a Role of its own. */
function roleOfPods(role: Role): Role {
  return role === 'rbac' ? 'rbac-probe' : role
}

/** The image of the Redis that is rendered or, where none is, of the one that the action would deploy. */
async function imageFor({ redis }: RenderedCache): Promise<string> {
  const base = join(import.meta.dirname, '..', '..', 'manifests', 'base', 'redis-statefulset.yaml')
  const { container } = redis ?? renderedCache(parseManifest(await readFile(base, 'utf8'))).redis ?? {}
  return container?.image ?? ''
}
