import { disagreements } from '../agreement.ts'
import { type Credentials, credentialField, credentialFields } from '../credentials.ts'
import { endpointForm, hostName } from '../endpoint.ts'
import { Failure } from '../failure.ts'
import { shown } from '../field-problem.ts'
import { isHost, isPort } from '../host-and-port.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { readUrl } from '../redis-url.ts'
import { names, ports } from '../workload.ts'

/** The fields for a Redis in this namespace. */
export function credentialsFor(password: string, namespace: string): Credentials {
  const host = `redis.${namespace}.svc`
  const port = String(ports.redis)
  return { host, port, password, url: `redis://:${encodeURIComponent(password)}@${host}:${port}` }
}

/** The Secret to send; `data` rather than `stringData`, which server-side apply does not keep track of. */
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
 * Reads the fields of the stored Secret, which must agree: applications take any of them.
 * @param isRendered the manifests bring the Secret themselves
 * @throws Failure secret-field that lists every missing or unusable field, without a value
 */
export function readCredentials(secret: KubernetesObject, namespace: string, isRendered = false): Credentials {
  const fields = credentialFields.map((field) => [field, credentialField(secret, field)] as const)
  const textProblems = fields.flatMap(([field, value]) => {
    if (value === undefined) return [`key ${field} is missing`]
    if (value === '') return [`key ${field} is empty`]
    return value === value.trim() ? [] : [`key ${field} begins or ends with white space`]
  })
  // A key with one of these problems is not compared with the others.
  const values: Partial<Credentials> = Object.fromEntries(
    fields.filter(([, value]) => value !== undefined && value !== '' && value === value.trim())
  )
  const problems = [...textProblems, ...meaningProblems(values, namespace)]
  if (problems.length === 0) return values as Credentials
  const anew =
    'set the input `redis-password` to have all four keys written, or delete the Secret to have a new password ' +
    `generated: \`kubectl -n ${namespace} delete secret ${names.credentials}\``
  throw new Failure(
    'secret-field',
    `Secret/${names.credentials} in namespace ${namespace} cannot be used: ${problems.join(', ')}`,
    isRendered ? `correct Secret/${names.credentials} in the manifests, which bring it` : anew
  )
}

/** A host as a pod of this namespace resolves it: the names of a Service or of one of its pods, short and long, are one. */
export function resolved(host: string, namespace: string): string {
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
 * What is wrong with the keys as host, port and URL. It is less than what a managed cache has to keep: this Redis takes
 * any password, and only a host that cannot be in a cluster is known to be another cache.
 */
function meaningProblems(values: Partial<Credentials>, namespace: string): string[] {
  const { host, port, password, url } = values
  const problems: string[] = []
  if (host !== undefined && !isHost(host)) problems.push('key host is neither the name of a host nor an IP address')
  if (host !== undefined && endpointForm(host).aws) {
    problems.push(`key host names a cache of ElastiCache${shown(host, values)}, and not the Redis of this cluster`)
  }
  if (port !== undefined && !isPort(port)) problems.push('key port is no whole number from 1 to 65535')
  if (url === undefined) return problems
  const read = readUrl(url, password)
  if ('problem' in read) return [...problems, `key url ${read.problem}`]
  const different = disagreements(read, values, (name) => resolved(name, namespace))
  return [...problems, ...different.map(({ key, problem }) => `key ${key} ${problem}`)]
}
