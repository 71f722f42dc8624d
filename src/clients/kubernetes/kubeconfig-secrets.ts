import type { KubeConfig } from '@kubernetes/client-node/dist/config.js'
import { at, listAt, textAt } from '../../core/kubernetes/object.ts'
import { announcesCredential, isCredentialField, isCredentialVariable } from '../../core/redact/secret-names.ts'

/** Shorter lines occur in many texts by chance. */
const shortestLine = 16
/** A credential in block or flow YAML or JSON. A truncated one has no closing quote. */
const credential = fieldOf('token|password|client-key-data|client-secret')
/** A URL, which may contain user name and password. */
const address = fieldOf('server|proxy-url')

function fieldOf(names: string): RegExp {
  const value = /("(?:\\.|[^"\\])*"?|'[^']*'?|[^\s,{}[\]"'|>][^\n,}\]]*)/
  return new RegExp(`(?:${names})["']?\\s*:\\s*${value.source}`, 'g')
}

/**
 * What must be masked before a text is parsed as a kubeconfig, which may fail.
 * @param given the value that contains the text, possibly as base64
 * @param text the decoded text
 */
export function secretsInText(given: string, text: string): string[] {
  const lines = given.trim().split(/\s*\n\s*/)
  // Lines that occur in every kubeconfig would be masked wherever else they occur.
  const whole = lines.length === 1 || text !== given ? lines.filter(({ length }) => length >= shortestLine) : []
  // A number sign after a blank starts a comment.
  const addresses = valuesIn(text, address).map((value) => value.replace(/\s#.*$/s, ''))
  return [...whole, ...valuesIn(text, credential), ...addresses.flatMap(secretsOfUrl)].filter(Boolean)
}

function valuesIn(text: string, field: RegExp): string[] {
  return [...text.matchAll(field)].map(([, value = '']) => unquoted(value.trim()))
}

function unquoted(value: string): string {
  const text = /^(["'])(.*?)\1?$/s.exec(value)?.[2] ?? value
  try {
    return value.startsWith('"') ? String(JSON.parse(`"${text}"`)) : text
  } catch {
    return text
  }
}

/** Everything in a kubeconfig that must be masked, whichever context is used. */
export function secretsOf(kubeConfig: KubeConfig): string[] {
  const ofUsers = kubeConfig
    .getUsers()
    .flatMap(({ token, username, password, keyData, authProvider, exec }) => [
      ...[plain(token).trim(), plain(password), plain(keyData), ...linesOfKey(plain(keyData))],
      password ? Buffer.from(`${username}:${password}`).toString('base64') : '',
      ...Object.entries(at(authProvider, 'config') ?? {}).map(([name, value]) =>
        isCredentialField(name) ? plain(value) : ''
      ),
      ...secretsOfPlugin(exec)
    ])
  const ofClusters = kubeConfig
    .getClusters()
    .flatMap(({ server, proxyUrl }) => [server, proxyUrl].flatMap((url) => secretsOfUrl(plain(url))))
  return [...ofUsers, ...ofClusters].filter((secret) => secret !== '')
}

/** The lines of a PEM text in place of base64: its first and last line occur in every key. */
function linesOfKey(key: string): string[] {
  const lines = key.split(/\s*\n\s*/)
  return lines.length === 1 ? [] : lines.filter((line) => line.length >= shortestLine && !line.startsWith('-----'))
}

function secretsOfPlugin(exec: unknown): string[] {
  const variables = listAt(exec, 'env').map((variable) =>
    isCredentialVariable(textAt(variable, 'name') ?? '') ? plain(at(variable, 'value')) : ''
  )
  const args = listAt(exec, 'args').map(plain)
  const values = args.map((argument, index) => {
    const [, name = '', value = ''] = /^(-[^=]*)=(.*)$/s.exec(argument) ?? []
    if (announcesCredential(name)) return value
    return announcesCredential(args[index - 1] ?? '') ? argument : ''
  })
  return [...variables, ...values]
}

function plain(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

export interface UserInfo {
  username: string
  password: string
}

/** Undefined if there are none. @throws URIError for an invalid percent-encoding */
export function userInfoOf({ username, password }: URL): UserInfo | undefined {
  if (username === '' && password === '') return undefined
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) }
}

/** Where unencoded user info may end, and what URL parsing makes of it: a part of the path or host. */
const strayMark = /[:/\\?#@]/
const scheme = /^\s*(?:https?:|[a-z][a-z\d+.-]*:(?=[/\\]))?[/\\]*/i

/**
 * Whether a URL has an `@` after the first `/`, `?` or `#`: usually the end of an unencoded user name and password, of
 * which a URL parser takes a part for the host and the rest for a path.
 */
export function hasStrayUserInfo(text: string): boolean {
  return /[/\\?#].*@/s.test(text.replace(scheme, ''))
}

/** The parts of a URL that must not be shown, in every form in which they may occur; also of an invalid URL. */
export function secretsOfUrl(text: string): string[] {
  // As written: a URL encodes more than its author did.
  const written = /^(.*)@/s.exec(text.replace(scheme, ''))?.[1]
  if (!written) return []
  if (hasStrayUserInfo(text)) {
    // Any part may occur alone: as an unreachable host, as an unknown path.
    const parts = written.split(strayMark).filter(isLong)
    return [...secretsInUserInfo(written), ...[written, ...parts].flatMap((each) => [each, decode(each)])]
  }
  const { username, password } = URL.canParse(text) ? new URL(text) : { username: '', password: '' }
  const parsed = username === '' && password === '' ? [] : [`${username}:${password}`]
  return [...parsed, written].flatMap(secretsInUserInfo)
}

function secretsInUserInfo(info: string): string[] {
  const decoded = decode(info)
  return [
    secretIn(info),
    secretIn(decoded),
    Buffer.from(decoded.includes(':') ? decoded : `${decoded}:`).toString('base64')
  ]
}

/** A user name without a password is a credential: usually a token. Empty if there is none. */
function secretIn(info: string): string {
  const [, name = '', password = ''] = /^([^:]*):?(.*)$/s.exec(info) ?? []
  return password || (isLong(name) ? name : '')
}

/** Whether a text that may not be secret is long enough to be masked: shorter ones occur in words, and hide the log. */
function isLong(text: string): boolean {
  return text.length >= 4
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
