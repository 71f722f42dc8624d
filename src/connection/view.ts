import type { FailureCode } from '../failure.ts'
import type { JudgedCheck, Topology } from '../result.ts'
import type { Address } from './address.ts'

/** Who asks whom. */
export interface View {
  namespace: string
  topology: Topology
  from: 'cluster' | 'runner'
  address: Address
}

/** A check with what to do where it did not pass. */
export interface Finding extends JudgedCheck {
  hint: string
}

/** The code for a cache that cannot be asked. */
export function unreachableCode(topology: Topology): FailureCode {
  return topology === 'managed' ? 'elasticache-unreachable' : 'redis-unreachable'
}

/** `master.hospital-erp.abc123.apn2.cache.amazonaws.com:6379` */
export function placeOf({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** The Service of a host such as `redis.hospital-erp-system.svc`. */
export function serviceOf({ host }: Address): string {
  return host.split('.')[0] ?? host
}
