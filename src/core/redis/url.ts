import { isIP } from 'node:net'
import { hostName } from '../aws-endpoint.ts'

export interface RedisUrl {
  user: string
  password: string
  host: string
  /** Undefined if the URL has none; clients then use 6379. */
  port: number | undefined
  path: string
}

/** What makes a URL unusable: clients cannot parse it, or parse something else than was meant. */
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

/** Whether the URL requires TLS; undefined if it is not a Redis URL. */
export function wantsTls(url: string): boolean | undefined {
  return schemes.get(/^[a-z]+:(?=\/\/)/i.exec(url)?.[0].toLowerCase() ?? '')
}

/**
 * Parses a URL like clients do.
 * @param password the expected password: if it is in the URL without percent-encoding, that is the problem
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

/** The user name before a password that is in the URL unencoded; undefined if it is not there. */
export function userBefore(url: string, password: string): string | undefined {
  const rest = url.slice(url.indexOf('//') + 2)
  const end = rest.indexOf(`:${password}@`)
  const user = rest.slice(0, Math.max(end, 0))
  return end < 0 || /[/?#@:]/.test(user) ? undefined : user
}

/** Undefined if a % does not start a percent-encoding of UTF-8. */
export function percentDecoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text)
  } catch {
    return undefined
  }
}

// In a URL, `#`, `/` and `?` end the part with the password, and `%` starts an encoding. A password that is stored in
// percent-encoded form is another problem, not one of the URL.
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
 * Unencoded characters before the host that a URL must percent-encode (RFC 3986, section 3.2.1). This program encodes
 * them itself; java.net.URI and Go's net/url refuse the whole URL, or find no host in it.
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

/** Which characters of a text a URL must percent-encode, in words, and their encodings. */
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
// No domain ends with a number; such a text is meant as an IP address.
const namePattern = new RegExp(`^(?=.{1,253}$)(?:${label}\\.)*(?!\\d+$)${label}$`)

/** Whether this is a host name or an IP address and nothing else. */
export function isHost(host: string): boolean {
  return isIP(host) !== 0 || namePattern.test(hostName(host))
}

/** Whether a client that connects to this host reaches the machine, or the pod, on which it runs itself. */
export function isLoopback(host: string): boolean {
  const name = hostName(host).replace(/^\[(.*)\]$/, '$1')
  if (isIP(name) === 4) return name.startsWith('127.') || name === '0.0.0.0'
  return name === 'localhost' || name.endsWith('.localhost') || (isIP(name) === 6 && /^[0:]+1?$/.test(name))
}

/** Whether this is a port number in decimal digits. */
export function isPort(port: string): boolean {
  return /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535
}

/** The user that a url names; undefined for `default`, which a url leaves out. */
export function userOf(url: string): string | undefined {
  const [, user = ''] = /^\w+:\/\/([^:@/]*)(?::[^@]*)?@/.exec(url) ?? []
  try {
    return decodeURIComponent(user) || undefined
  } catch {
    return user
  }
}
