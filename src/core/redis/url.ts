import { isIP } from 'node:net'
import { hostName } from '../aws-endpoint.ts'

export interface RedisUrl {
  user: string
  password: string
  host: string
  /** Undefined if the URL names none; clients then take 6379. */
  port: number | undefined
  path: string
}

/** What makes a URL useless: no client can read it, or none as it was meant. */
interface UrlFault {
  problem: string
  fix: string
}

const schemes = new Map([
  ['redis:', false],
  ['rediss:', true],
  ['valkey:', false],
  ['valkeys:', true]
])

/** Whether the URL wants TLS; undefined if it is none of a Redis. */
export function wantsTls(url: string): boolean | undefined {
  return schemes.get(/^[a-z]+:(?=\/\/)/i.exec(url)?.[0].toLowerCase() ?? '')
}

/**
 * Reads a URL as clients do.
 * @param password that the URL should have: where it stands there without being encoded, that is what is wrong
 */
export function readUrl(url: string, password: string | undefined): RedisUrl | UrlFault {
  const whole = 'write `rediss://:<password>@<host>:<port>`, with the password percent-encoded'
  if (wantsTls(url) === undefined) return { problem: 'must begin with rediss:// or redis://', fix: whole }
  const read = URL.canParse(url) ? new URL(url) : undefined
  const user = percentDecoded(read?.username)
  const own = percentDecoded(read?.password)
  if (password !== undefined && isMisread(own, password) && userBefore(url, password) !== undefined) {
    return notEncoded(password)
  }
  if (read === undefined) return { problem: 'is not a URL that a client can parse', fix: whole }
  if (read.hostname === '') return { problem: 'names no host', fix: whole }
  if (user === undefined || own === undefined) {
    return { problem: 'has a % that starts no valid percent-encoding', fix: 'write each literal % as %25' }
  }
  const port = read.port === '' ? undefined : Number(read.port)
  return { user, password: own, host: read.hostname, port, path: read.pathname }
}

/** The name of the user before a password that stands in the URL as it is; undefined if it does not stand there. */
export function userBefore(url: string, password: string): string | undefined {
  const rest = url.slice(url.indexOf('//') + 2)
  const end = rest.indexOf(`:${password}@`)
  const user = rest.slice(0, Math.max(end, 0))
  return end < 0 || /[/?#@:]/.test(user) ? undefined : user
}

/** Undefined if there is a % that begins no percent-encoding of UTF-8. */
export function percentDecoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text)
  } catch {
    return undefined
  }
}

// To a URL, `#`, `/` and `?` end the part with the password, and `%` begins an encoding. A password that is stored
// percent-encoded itself is another problem, and not one of the URL.
function isMisread(own: string | undefined, password: string): boolean {
  if (own !== undefined && (own === password || own === percentDecoded(password))) return false
  return /[%#/?]/.test(password)
}

function notEncoded(password: string): UrlFault {
  const { words, fixes } = specialIn(password)
  return {
    problem: `has the password without percent-encoding, so ${words} in it cannot be read`,
    fix: `write ${fixes} in the password of url (${encoder})`
  }
}

/**
 * What stands before the host as it is, although a URL has it percent-encoded only (RFC 3986, section 3.2.1). This
 * program encodes it itself; java.net.URI and Go's net/url refuse the whole URL, or find no host in it.
 */
export function unencoded(url: string): UrlFault | undefined {
  const [, credentials = ''] = /^[^/]*\/\/([^/?#]*)@/.exec(url) ?? []
  const { words, fixes } = specialIn(credentials.replaceAll('%', ''))
  if (words === '') return undefined
  return {
    problem: `has ${words} before the host without percent-encoding, which Java and Go clients reject`,
    fix: `write ${fixes} in url (${encoder})`
  }
}

const encoder = '`jq -Rr @uri` encodes a line you type'

/** Which characters of a text a URL has percent-encoded only, in words, and what to write for them. */
function specialIn(text: string): { words: string; fixes: string } {
  const special = [...new Set(text.replace(/[A-Za-z0-9._~!$&'()*+,;=:-]/g, ''))]
  const symbols = special.filter((character) => /^[!-~]$/.test(character))
  const space = special.includes(' ')
  const foreign = special.some((character) => !/^[ -~]$/.test(character))
  return {
    words: [
      ...(symbols.length > 0 ? [symbols.join(' ')] : []),
      ...(space ? ['a space'] : []),
      ...(foreign ? ['a character that is not ASCII'] : [])
    ].join(' and '),
    fixes: [
      ...symbols.map((character) => `${character} as ${encodeURIComponent(character)}`),
      ...(space ? ['a space as %20'] : []),
      ...(foreign ? ['other characters as their UTF-8 bytes'] : [])
    ].join(', ')
  }
}

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
