import type { Credentials } from '../credentials.ts'
import { shown } from '../field-problem.ts'
import type { RenderedService } from '../rendered-cache/services.ts'
import { names } from '../workload.ts'
import { credentialsFor, resolved } from './credentials.ts'

/**
 * What to know of a Secret whose host and port are of no Service that was rendered; undefined if there is nothing to say.
 * It is no failure: the Service of own manifests may be deployed by others, or a proxy may stand before Redis.
 */
export function addressNote(
  credentials: Credentials,
  namespace: string,
  services: readonly RenderedService[]
): string | undefined {
  const { host, port } = credentials
  const rendered = services.flatMap(({ name, ports }) => ports.map(({ port }) => addressOf(name, port, namespace)))
  // Where the manifests have no Service at all, that of the address which the action writes comes from elsewhere.
  const usual = credentialsFor('', namespace)
  const known = services.length === 0 ? [addressOf(usual.host, usual.port, namespace)] : rendered
  if (known.includes(addressOf(host, port, namespace))) return undefined
  return (
    `Secret/${names.credentials} names an address that no Service of these manifests has` +
    `${shown(`${host}:${port}`, credentials)}. Applications go there, and it was not asked whether this Redis answers; ` +
    'a deployment with `probe-from: cluster` asks there.'
  )
}

function addressOf(host: string, port: string | number, namespace: string): string {
  return `${resolved(host, namespace)}:${Number(port)}`
}
