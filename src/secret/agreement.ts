import { isIP } from 'node:net'
import type { Credentials } from '../credentials.ts'
import { hostName } from '../endpoint.ts'
import { ports } from '../workload.ts'
import { isHost, isPort } from './address.ts'
import { type FieldProblem, shown } from './field.ts'
import { percentDecoded, type RedisUrl, readUrl, wantsTls } from './url.ts'

/**
 * What is wrong with the key url, on its own and beside the other keys. A key that is not known or useless itself is not
 * compared.
 * @param aws the cache is one of ElastiCache
 */
export function urlProblems(url: string, values: Partial<Credentials>, aws: boolean): FieldProblem[] {
  const read = readUrl(url, values.password)
  const readable =
    'problem' in read
      ? [{ key: 'url' as const, ...read }]
      : [...host(read, values), ...port(read, values), ...password(read, values), ...path(read)]
  return [...encryption(url, aws), ...readable]
}

function encryption(url: string, aws: boolean): FieldProblem[] {
  if (!aws || wantsTls(url) !== false) return []
  const problem = 'does not ask for TLS, and ElastiCache has passwords only with encryption in transit'
  return [{ key: 'url', problem, fix: 'begin it with rediss://' }]
}

function host(read: RedisUrl, values: Partial<Credentials>): FieldProblem[] {
  const { host: wanted } = values
  if (wanted === undefined || !isHost(wanted)) return []
  // An IPv6 address has many spellings, of which a URL keeps one.
  const address = `redis://${isIP(wanted) === 6 ? `[${wanted}]` : wanted}`
  const written = URL.canParse(address) ? new URL(address).hostname : wanted
  if (hostName(read.host) === hostName(written)) return []
  // The host of the URL is not shown: of a URL that is misread, it may be a part of the password.
  const problem = `names another host than key host${shown(wanted, values)}`
  return [{ key: 'url', problem, fix: 'name the same host in both' }]
}

function port(read: RedisUrl, values: Partial<Credentials>): FieldProblem[] {
  const { port: wanted } = values
  if (wanted === undefined || !isPort(wanted) || (read.port ?? ports.redis) === Number(wanted)) return []
  const named = read.port === undefined ? `no port, which means ${ports.redis}, and so another` : 'another port'
  const problem = `names ${named} than key port${shown(wanted, values)}`
  return [{ key: 'url', problem, fix: 'name the same port in both' }]
}

function password(read: RedisUrl, { password: wanted }: Partial<Credentials>): FieldProblem[] {
  if (wanted === undefined || read.password === wanted) return []
  const asUrl = 'put the password of key password there, percent-encoded'
  if (read.password === '') {
    return read.user === wanted
      ? [{ key: 'url', problem: 'has the password in the place of a user name', fix: 'put a colon before it' }]
      : [{ key: 'url', problem: 'has no password', fix: `${asUrl} (\`rediss://:<password>@<host>:<port>\`)` }]
  }
  if (percentDecoded(wanted) === read.password) {
    const fix = 'store the password itself (if % belongs to it, write %25 for it in url)'
    return [{ key: 'password', problem: 'is percent-encoded, as it may be only in url', fix }]
  }
  if (percentDecoded(read.password) === wanted) {
    return [{ key: 'url', problem: 'has the password percent-encoded twice', fix: 'encode it once' }]
  }
  return [
    { key: 'url', problem: 'has another password than key password', fix: `${asUrl} (a rotation has to change both)` }
  ]
}

function path(read: RedisUrl): FieldProblem[] {
  if (/^\/?\d*$/.test(read.path)) return []
  const fix = 'end it after the port, or with the number of a database, such as /0'
  return [{ key: 'url', problem: 'has a path that is no number of a database', fix }]
}
