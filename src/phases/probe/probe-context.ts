import type { Credentials } from '../../core/credentials.ts'
import type { FailureCode } from '../../core/failure.ts'
import { names } from '../../core/kubernetes/workload.ts'
import { userOf } from '../../core/redis/url.ts'
import type { JudgedCheck, Topology } from '../../core/result.ts'

/** The client and the server of a probe. */
export interface ProbeContext {
  namespace: string
  topology: Topology
  from: 'cluster' | 'runner'
  address: CacheAddress
  /** Those by which the policies recognise a backend. */
  backendLabels: Readonly<Record<string, string>>
}

/** A check with what to do if it did not pass. */
export interface Finding extends JudgedCheck {
  hint: string
}

/** The code for a cache that cannot be probed. */
export function unreachableCode(topology: Topology): FailureCode {
  return topology === 'managed' ? 'elasticache-unreachable' : 'redis-unreachable'
}

/** `master.hospital-erp.abc123.apn2.cache.amazonaws.com:6379` */
export function endpointText({ host, port }: CacheAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** The Service of a host such as `redis.hospital-erp-system.svc`, or of one that names the pod before it. */
export function serviceOf({ host }: CacheAddress): string {
  const [first = host, second] = host.split('.')
  return first === names.pod && second !== undefined ? second : first
}

/** The address of the cache in its Secret. */
export interface CacheAddress {
  host: string
  port: number
  /** Only the URL can contain a user (ElastiCache RBAC); undefined for the user `default`. */
  username: string | undefined
  /** The number of the database that the URL names; missing for the first one. */
  database?: number
  tls: boolean
}

/** Reads the address like a client; that the keys agree with each other has been verified before. */
export function addressOf({ host, port, url }: Credentials): CacheAddress {
  const [, scheme = ''] = /^(\w+):\/\//.exec(url) ?? []
  const database = Number(/^\w+:\/\/[^/?#]*\/(\d{1,9})\/?(?:[?#]|$)/.exec(url)?.[1] ?? 0)
  return {
    host,
    port: Number(port),
    username: userOf(url),
    ...(database > 0 && { database }),
    tls: ['rediss', 'valkeys'].includes(scheme.toLowerCase())
  }
}
