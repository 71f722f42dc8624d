import { type Credentials, credentialField, credentialFields } from '../credentials.ts'
import { Failure } from '../failure.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
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
 * Reads the fields of the stored Secret.
 * @throws Failure secret-field that lists every missing or unusable field, without a value
 */
export function readCredentials(secret: KubernetesObject, namespace: string): Credentials {
  const fields = credentialFields.map((field) => [field, credentialField(secret, field)] as const)
  const problems = fields.flatMap(([field, value]) => {
    if (value === undefined) return [`key ${field} is missing`]
    if (value === '') return [`key ${field} is empty`]
    return value === value.trim() ? [] : [`key ${field} begins or ends with white space`]
  })
  if (problems.length === 0) return Object.fromEntries(fields) as Credentials
  throw new Failure(
    'secret-field',
    `Secret/${names.credentials} in namespace ${namespace} cannot be used: ${problems.join(', ')}`,
    'set the input `redis-password` to have all four keys written, or delete the Secret to have a new password ' +
      `generated: \`kubectl -n ${namespace} delete secret ${names.credentials}\``
  )
}
