import { isIP } from 'node:net'
import { hostName } from '../aws-endpoint.ts'
import { type Credentials, type FieldProblem, shownAddress } from '../credentials.ts'
import { ports } from '../kubernetes/workload.ts'
import { isHost, isPort, percentDecoded, type RedisUrl } from './url.ts'

/**
 * The contradictions between the URL of the Secret and its other keys. A key that is unknown or itself invalid is not
 * compared.
 * @param canonical normalises a host for comparison
 */
export function validateUrl(
  read: RedisUrl,
  values: Partial<Credentials>,
  canonical: (host: string) => string = hostName
): FieldProblem[] {
  return [...host(read, values, canonical), ...port(read, values), ...password(read, values)]
}

function host(read: RedisUrl, values: Partial<Credentials>, canonical: (host: string) => string): FieldProblem[] {
  const { host: wanted } = values
  if (wanted === undefined || !isHost(wanted)) return []
  // An IPv6 address has many spellings, and URL parsing normalises to one.
  const address = `redis://${isIP(wanted) === 6 ? `[${wanted}]` : wanted}`
  const written = URL.canParse(address) ? new URL(address).hostname : wanted
  if (canonical(read.host) === canonical(written)) return []
  // The host of the URL is not shown: if the URL is misparsed, it may be a part of the password.
  const problem = `names a different host than key host${shownAddress(wanted, values)}`
  return [{ key: 'url', problem, fix: 'use the same host in both' }]
}

function port(read: RedisUrl, values: Partial<Credentials>): FieldProblem[] {
  const { port: wanted } = values
  if (wanted === undefined || !isPort(wanted) || (read.port ?? ports.redis) === Number(wanted)) return []
  const named = read.port === undefined ? `no port, which means ${ports.redis}, a different one` : 'a different port'
  const problem = `names ${named} than key port${shownAddress(wanted, values)}`
  return [{ key: 'url', problem, fix: 'use the same port in both' }]
}

function password(read: RedisUrl, { password: wanted }: Partial<Credentials>): FieldProblem[] {
  if (wanted === undefined || read.password === wanted) return []
  const asUrl = 'write the value of key password there, percent-encoded'
  if (read.password === '') {
    return read.user === wanted
      ? [{ key: 'url', problem: 'has the password where the user name belongs', fix: 'put a colon before it' }]
      : [{ key: 'url', problem: 'has no password', fix: `${asUrl} (\`rediss://:<password>@<host>:<port>\`)` }]
  }
  if (percentDecoded(wanted) === read.password) {
    const fix = 'store the plain password (a literal % becomes %25 in url)'
    return [{ key: 'password', problem: 'is percent-encoded; only url may be', fix }]
  }
  if (percentDecoded(read.password) === wanted) {
    return [{ key: 'url', problem: 'has the password percent-encoded twice', fix: 'encode it once' }]
  }
  return [
    { key: 'url', problem: 'has a different password than key password', fix: `${asUrl} (a rotation must change both)` }
  ]
}
