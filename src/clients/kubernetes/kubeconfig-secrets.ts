import type { KubeConfig } from '@kubernetes/client-node/dist/config.js'
import { at, listAt, textAt } from '../../core/kubernetes/object.ts'
import { announcesCredential, isCredentialField, isCredentialVariable } from '../../core/redact/secret-names.ts'

/** Shorter lines stand in many a text. */
const shortestLine = 16
/** A credential in block or flow YAML or JSON. What is cut off has no closing quote. */
const credential = fieldOf('token|password|client-key-data|client-secret')
/** An address, which may hold a name and a password. */
const address = fieldOf('server|proxy-url')

function fieldOf(names: string): RegExp {
  const value = /("(?:\\.|[^"\\])*"?|'[^']*'?|[^\s,{}[\]"'|>][^\n,}\]]*)/
  return new RegExp(`(?:${names})["']?\\s*:\\s*${value.source}`, 'g')
}

/**
 * What must be masked before a text is read as a kubeconfig, which may fail.
 * @param given the value that holds the text, possibly as base64
 * @param text the text in it
 */
export function secretsInText(given: string, text: string): string[] {
  const lines = given.trim().split(/\s*\n\s*/)
  // Lines of YAML that stand in every kubeconfig would be masked wherever else they occur.
  const whole = lines.length === 1 || text !== given ? lines.filter(({ length }) => length >= shortestLine) : []
  // What stands behind a blank and a number sign is a comment.
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

/** What must be masked of all that a kubeconfig holds, whichever context is used. */
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

/** Of one that is written as PEM, where base64 of it belongs: its first and last line stand in every key. */
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

/** Undefined if there are none. @throws URIError where a percent sign begins no escape */
export function userInfoOf({ username, password }: URL): UserInfo | undefined {
  if (username === '' && password === '') return undefined
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) }
}

/** Where user info may end that is written as it is, and what a URL makes of it: a part of its path or host. */
const strayMark = /[:/\\?#@]/
const scheme = /^\s*(?:https?:|[a-z][a-z\d+.-]*:(?=[/\\]))?[/\\]*/i

/**
 * Whether an `@` stands behind the first `/`, `?` or `#` of a URL: most often the end of a user name and a password that
 * are not encoded, of which a reader of the URL takes a part for the host and the rest for a path.
 */
export function hasStrayUserInfo(text: string): boolean {
  return /[/\\?#].*@/s.test(text.replace(scheme, ''))
}

/** What of a URL must not be shown, in each form that it may be met in; also of a text that was to be one. */
export function secretsOfUrl(text: string): string[] {
  // As it is written: a URL encodes more than its writer did.
  const written = /^(.*)@/s.exec(text.replace(scheme, ''))?.[1]
  if (!written) return []
  if (hasStrayUserInfo(text)) {
    // Any part may be met alone: as a host that cannot be reached, as a path that is not found.
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

/** A name without a password is one: a token, most often. Empty if there is none. */
function secretIn(info: string): string {
  const [, name = '', password = ''] = /^([^:]*):?(.*)$/s.exec(info) ?? []
  return password || (isLong(name) ? name : '')
}

/** Whether a text may be masked that is perhaps no secret: shorter ones stand in words, and the log would be unreadable. */
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
