import { isIP } from 'node:net'
import { hostName } from '../../core/aws-endpoint.ts'
import { type Credentials, shownAddress } from '../../core/credentials.ts'
import { Failure } from '../../core/failure.ts'
import { names, ports } from '../../core/kubernetes/workload.ts'
import { setting } from '../../core/redis/config.ts'
import { isLoopback, wantsTls } from '../../core/redis/url.ts'
import { certainSettings } from '../../core/rendered-cache/redis-settings.ts'
import { mayBeProxied, type RenderedCache, type RenderedRedis } from '../../core/rendered-cache/rendered-cache.ts'
import { credentialsFor, resolvedHost, storedService } from './credentials.ts'

/**
 * Why a client that does what the Secret says does not reach the rendered Redis, whoever it is. An address that somebody
 * else may serve, such as a proxy, is none of these.
 * @returns failure `secret-field`; undefined without such a reason
 */
export function storedAddressFailure(
  credentials: Credentials,
  cache: RenderedCache,
  namespace: string
): Failure | undefined {
  const { redis } = cache
  if (redis === undefined) return undefined
  const problem =
    loopbackProblem(credentials) ??
    portProblem(credentials, cache, redis, namespace) ??
    tlsProblem(credentials, cache, redis, namespace)
  if (problem === undefined) return undefined
  return new Failure(
    'secret-field',
    `Secret/${names.credentials} in namespace ${namespace} leads no client to Redis: ${problem}`,
    hintFor(credentials, cache, namespace)
  )
}

/** The failure for a host whose Service does not exist in the namespace. */
export function missingServiceFailure(
  service: string,
  credentials: Credentials,
  cache: RenderedCache,
  namespace: string
): Failure {
  const shown = shownAddress(credentials.host, credentials) === '' ? 'a Service' : `Service/${service}`
  return new Failure(
    'secret-field',
    `Secret/${names.credentials} in namespace ${namespace} leads no client to Redis: key host names ${shown}, which is ` +
      'neither in the manifests nor in the namespace',
    hintFor(credentials, cache, namespace)
  )
}

/** The Service of this namespace that the Secret names; undefined where the host is none of that. */
export function namedService({ host }: Credentials, namespace: string): string | undefined {
  if (isIP(hostName(host)) !== 0) return undefined
  const labels = resolvedHost(host, namespace).split('.')
  const [name, place, ...others] = labels
  return place === namespace && others.length === 0 ? name : undefined
}

function hintFor(credentials: Credentials, { credentialsSecret }: RenderedCache, namespace: string): string {
  const usual = credentialsFor(credentials.password, namespace)
  if (credentialsSecret !== undefined) return `correct Secret/${names.credentials} in the manifests that include it`
  // A deployment would write the same again.
  if (usual.url === credentials.url) {
    return (
      `give Service/redis the port ${ports.redis} in the manifests, or include a Secret/${names.credentials} with the right ` +
      'address in them'
    )
  }
  return (
    'set the input `redis-password` to write all four keys, or delete the Secret to generate a new password: ' +
    `\`kubectl -n ${namespace} delete secret ${names.credentials}\``
  )
}

function loopbackProblem(credentials: Credentials): string | undefined {
  return isLoopback(credentials.host)
    ? `key host is the loopback address${shownAddress(credentials.host, credentials)}, by which each pod reaches itself`
    : undefined
}

function portProblem(
  credentials: Credentials,
  { services }: RenderedCache,
  redis: RenderedRedis,
  namespace: string
): string | undefined {
  const labels = resolvedHost(credentials.host, namespace).split('.')
  const isPod = labels.length === 3 && labels[0] === names.pod
  const [name, place, ...others] = isPod ? labels.slice(1) : labels
  const service = services.find((each) => each.name === name && each.selectsRedis && each.type !== 'ExternalName')
  if (service === undefined || place !== namespace || others.length > 0 || (isPod && !service.isHeadless)) {
    return undefined
  }
  const port = Number(credentials.port)
  const shown = shownAddress(credentials.port, credentials)
  if (!service.isHeadless) {
    if (service.ports.some((each) => each.port === port)) return undefined
    const has = service.ports.map((each) => each.port).join(', ') || 'none'
    return `key port is not a port of Service/${service.name}${shown}, which has ${has}`
  }
  // A headless Service leads to all ports of the pod.
  const own = plainPort(redis)
  if (own === undefined || own === port || tlsPort(redis) === port || mayBeProxied(redis)) return undefined
  return `key port is not the port of Redis${shown}, and Service/${service.name} is headless; Redis listens on ${own}`
}

function tlsProblem(
  credentials: Credentials,
  { services }: RenderedCache,
  redis: RenderedRedis,
  namespace: string
): string | undefined {
  const service = storedService(credentials, namespace, services)
  const isPlain = service !== undefined && tlsPort(redis) === 0 && service.port === plainPort(redis)
  if (!isPlain || wantsTls(credentials.url) !== true) return undefined
  return 'key url begins with rediss://, and Redis is rendered without TLS'
}

/** The port of Redis without TLS; undefined where it is not known. */
function plainPort({ settings }: RenderedRedis): number | undefined {
  const certain = certainSettings(settings)
  return certain === undefined || certain.unresolved.includes('port')
    ? undefined
    : Number(setting(certain.config, 'port') ?? ports.redis)
}

/** The port of Redis with TLS, 0 without one; undefined where it is not known. */
function tlsPort({ settings }: RenderedRedis): number | undefined {
  const certain = certainSettings(settings)
  return certain === undefined || certain.unresolved.includes('tls-port')
    ? undefined
    : Number(setting(certain.config, 'tls-port') ?? 0)
}
