import { isIP } from 'node:net'
import { hostName } from './endpoint.ts'

const label = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?'
// No domain ends with a number; what does is meant as an IP address.
const namePattern = new RegExp(`^(?=.{1,253}$)(?:${label}\\.)*(?!\\d+$)${label}$`)

/** Whether this is the name or the address of a host, and nothing around it. */
export function isHost(host: string): boolean {
  return isIP(host) !== 0 || namePattern.test(hostName(host))
}

/** Whether this is the number of a port in decimal digits. */
export function isPort(port: string): boolean {
  return /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535
}
