import type { KubeConfig } from '@kubernetes/client-node/dist/config.js'
import { at, listAt, textAt } from '../../core/kubernetes/object.ts'
import { announcesCredential, isCredentialField, isCredentialVariable } from '../../core/redact/secret-names.ts'

/** Shorter lines stand in many a text. */
const shortestLine = 16
/** A credential in block or flow YAML or JSON. What is cut off has no closing quote. */
const field =
  /(?:token|password|client-key-data|client-secret)["']?\s*:\s*("(?:\\.|[^"\\])*"?|'[^']*'?|[^\s,{}[\]"'|>][^\n,}\]]*)/g

/**
 * What must be masked before a text is read as a kubeconfig, which may fail.
 * @param given the value that holds the text, possibly as base64
 * @param text the text in it
 */
export function secretsInText(given: string, text: string): string[] {
  const lines = given.trim().split(/\s*\n\s*/)
  // Lines of YAML that stand in every kubeconfig would be masked wherever else they occur.
  const whole = lines.length === 1 || text !== given ? lines.filter(({ length }) => length >= shortestLine) : []
  return [...whole, ...[...text.matchAll(field)].map(([, value = '']) => unquoted(value.trim()))]
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
      ...[token, password, keyData].map(plain),
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

/** What of a URL must not be shown, in each form that it may be met in; also of a text that was to be one. */
export function secretsOfUrl(text: string): string[] {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const info = url === undefined ? /:\/\/(.*)@/s.exec(text)?.[1] : `${url.username}:${url.password}`
  if (info === undefined || info === ':') return []
  // As it is written: a URL encodes more than its writer did.
  const written = /:\/\/(.*)@/s.exec(text)?.[1] ?? info
  return [info, written].flatMap((each) => {
    const decoded = decode(each)
    return [
      secretIn(each),
      secretIn(decoded),
      Buffer.from(decoded.includes(':') ? decoded : `${decoded}:`).toString('base64')
    ]
  })
}

/** A name without a password is one: a token, most often. */
function secretIn(info: string): string {
  const [, name = '', password = ''] = /^([^:]*):?(.*)$/s.exec(info) ?? []
  return password || name
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
