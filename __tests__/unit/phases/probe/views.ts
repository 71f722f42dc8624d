import { usualBackend } from '../../../../src/core/rendered-cache/backend-labels.ts'
import type { ProbeContext } from '../../../../src/phases/probe/probe-context.ts'

/** A pod that asks an ElastiCache with TLS; with changes. */
export function view(changed: Partial<ProbeContext> = {}, tls = true): ProbeContext {
  const address = { host: 'master.hospital-erp.abc123.apn2.cache.amazonaws.com', port: 6379, username: undefined, tls }
  return { namespace: 'team', topology: 'managed', from: 'cluster', address, backendLabels: usualBackend, ...changed }
}

/** The same for the Redis of the cluster. */
export function selfHosted(): ProbeContext {
  const address = { host: 'redis.team.svc', port: 6379, username: undefined, tls: false }
  return view({ topology: 'self-hosted', address })
}
