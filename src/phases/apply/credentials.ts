import { endpointForm, hostName } from '../../core/aws-endpoint.ts'
import {
  type Credentials,
  credentialField,
  credentialFields,
  isReadable,
  isText,
  shownAddress
} from '../../core/credentials.ts'
import { Failure } from '../../core/failure.ts'
import type { KubernetesObject } from '../../core/kubernetes/object.ts'
import { names, ports } from '../../core/kubernetes/workload.ts'
import { isHost, isPort, readUrl } from '../../core/redis/url.ts'
import { validateUrl } from '../../core/redis/validate-url.ts'
import type { RenderedService } from '../../core/rendered-cache/services.ts'

/** The keys for a Redis in this namespace. */
export function credentialsFor(password: string, namespace: string): Credentials {
  const host = `redis.${namespace}.svc`
  const port = String(ports.redis)
  return { host, port, password, url: `redis://:${encodeURIComponent(password)}@${host}:${port}` }
}

/** The Secret to send; `data` rather than `stringData`, which server-side apply does not track. */
export function credentialsSecret(credentials: Credentials): KubernetesObject {
  const data = Object.fromEntries(
    credentialFields.map((field) => [field, Buffer.from(credentials[field]).toString('base64')])
  )
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: names.credentials, labels: { 'app.kubernetes.io/name': 'redis' } },
    type: 'Opaque',
    data
  }
}

/**
 * Reads the keys of the stored Secret, which must agree: applications may read any of them.
 * @param isRendered whether the manifests contain the Secret themselves
 * @throws Failure secret-field that lists every missing or unusable key, without a value
 */
export function readCredentials(secret: KubernetesObject, namespace: string, isRendered = false): Credentials {
  const fields = credentialFields.map((field) => [field, credentialField(secret, field)] as const)
  const textProblems = fields.flatMap(([field, value]) => {
    if (value === undefined) return [`key ${field} is missing`]
    if (value === '') return [`key ${field} is empty`]
    if (!isText(secret, field)) return [`key ${field} is not UTF-8 text`]
    return value === value.trim() ? [] : [`key ${field} begins or ends with white space`]
  })
  // A key with one of these problems is not compared with the others.
  const values: Partial<Credentials> = Object.fromEntries(
    fields.filter(
      ([field, value]) => value !== undefined && value !== '' && isReadable(secret, field) && value === value.trim()
    )
  )
  const problems = [...textProblems, ...meaningProblems(values, namespace)]
  if (problems.length === 0) return values as Credentials
  const anew =
    'set the input `redis-password` to write all four keys, or delete the Secret to generate a new password: ' +
    `\`kubectl -n ${namespace} delete secret ${names.credentials}\``
  throw new Failure(
    'secret-field',
    `Secret/${names.credentials} in namespace ${namespace} cannot be used: ${problems.join(', ')}`,
    isRendered ? `correct Secret/${names.credentials} in the manifests that include it` : anew
  )
}

/**
 * A host as resolved by a pod of this namespace: the short and long names of a Service or of one of its pods are equal.
 */
function resolved(host: string, namespace: string): string {
  const name = hostName(host)
  const labels = name.split('.')
  const zone = labels.indexOf('svc', 2)
  if (zone !== -1) return labels.slice(0, zone).join('.')
  const [first = '', second] = labels
  if (second === undefined) return `${first}.${namespace}`
  const isPod = labels.length === 2 && /-\d+$/.test(first) && second !== namespace
  return isPod ? `${name}.${namespace}` : name
}

/**
 * The problems of host, port and URL. Fewer rules than for a managed cache apply: this Redis accepts any password, and
 * only a host that cannot be in a cluster is certainly another cache.
 */
function meaningProblems(values: Partial<Credentials>, namespace: string): string[] {
  const { host, port, password, url } = values
  const problems: string[] = []
  if (host !== undefined && !isHost(host)) problems.push('key host must be a host name or an IP address')
  if (host !== undefined && endpointForm(host).aws) {
    problems.push(`key host names an ElastiCache cache${shownAddress(host, values)}, not the Redis in this cluster`)
  }
  if (port !== undefined && !isPort(port)) problems.push('key port must be an integer from 1 to 65535')
  if (url === undefined) return problems
  const read = readUrl(url, password)
  if ('problem' in read) return [...problems, `key url ${read.problem}`]
  const different = validateUrl(read, values, (name) => resolved(name, namespace))
  return [...problems, ...different.map(({ key, problem }) => `key ${key} ${problem}`)]
}

/** The Service by which applications find Redis, and the port of the pod to which it must lead them. */
export interface StoredService {
  service: string
  port: number
}

/**
 * The Service that the Secret names, as `redis`, `redis.NAMESPACE.svc` or by the name that a headless one gives to redis-0.
 * @returns undefined where nobody can say that it has to lead to redis-0 alone: it is of another namespace or was not
 * rendered, it selects other pods (a proxy), or the host is no name of a Service
 */
export function storedService(
  { host, port }: Pick<Credentials, 'host' | 'port'>,
  namespace: string,
  services: readonly RenderedService[]
): StoredService | undefined {
  const labels = resolved(host, namespace).split('.')
  const isPod = labels.length === 3 && labels[0] === names.pod
  const [name, place, ...others] = isPod ? labels.slice(1) : labels
  const found = services.find((each) => each.name === name && each.selectsRedis && each.type !== 'ExternalName')
  if (found === undefined || place !== namespace || others.length > 0 || (isPod && !found.isHeadless)) return undefined
  const own = found.ports.find((each) => each.port === Number(port))
  // Nothing translates the port of a headless Service.
  const podPort = found.isHeadless ? own?.port : own?.podPort
  return podPort === undefined ? undefined : { service: found.name, port: podPort }
}

/**
 * A note on a Secret whose host and port belong to no rendered Service; undefined if there is nothing to report. It is
 * not a failure: the Service of custom manifests may be deployed by others, or a proxy may be in front of Redis.
 */
export function addressNote(
  credentials: Credentials,
  namespace: string,
  services: readonly RenderedService[]
): string | undefined {
  const { host, port } = credentials
  if (storedService(credentials, namespace, services) !== undefined) return undefined
  const rendered = services.flatMap(({ name, ports }) => ports.map(({ port }) => addressOf(name, port, namespace)))
  // If the manifests have no Service at all, the one of the generated address comes from elsewhere.
  const usual = credentialsFor('', namespace)
  const known = services.length === 0 ? [addressOf(usual.host, usual.port, namespace)] : rendered
  if (known.includes(addressOf(host, port, namespace))) return undefined
  return (
    `Secret/${names.credentials} names an address that belongs to no Service in these manifests` +
    `${shownAddress(`${host}:${port}`, credentials)}. Applications connect there, but this run did not check that this Redis answers; ` +
    'a deployment with `probe-from: cluster` does.'
  )
}

function addressOf(host: string, port: string | number, namespace: string): string {
  return `${resolved(host, namespace)}:${Number(port)}`
}
