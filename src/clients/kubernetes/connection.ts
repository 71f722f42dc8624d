import { existsSync, readFileSync } from 'node:fs'
import type { Agent } from 'node:http'
import { Agent as HttpsAgent, type RequestOptions } from 'node:https'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node/dist/config.js'
import { Failure } from '../../core/failure.ts'
import { at, textAt } from '../../core/kubernetes/object.ts'
import { checkCredentials } from './credential-checks.ts'
import { askPlugin, type PluginDeps, PluginError } from './exec-plugin.ts'
import { hasStrayUserInfo, secretsInText, secretsOf, type UserInfo, userInfoOf } from './kubeconfig-secrets.ts'
import { kubeconfigText } from './kubeconfig-text.ts'

export interface ConnectionSource extends KubeconfigSource {
  /** A context other than the current one. */
  context: string | undefined
}

/** A cluster, and how to authenticate there. */
export interface Connection {
  kubeConfig: KubeConfig
  /** Scheme, host, port and path: all of it may be shown. */
  server: URL
  context: string
  /** Carries all requests; keeps connections open, so that only the first request pays for a TLS handshake. */
  agent: Agent
  headers: Record<string, string>
}

/**
 * Reads the kubeconfig and gets its credentials. No request is made, but a credential plugin may run.
 * @throws Failure invalid-input, unauthorized
 */
export async function connect(source: ConnectionSource, deps: PluginDeps): Promise<Connection> {
  const kubeConfig = loadKubeconfig(source, deps.mask)
  const context = source.context ?? kubeConfig.getCurrentContext()
  const known = kubeConfig.getContexts().map(({ name }) => name)
  if (!known.includes(context)) {
    const list = known.length === 0 ? 'none' : known.join(', ')
    const problem = context ? `has no context ${JSON.stringify(context)}` : 'names no current context'
    const hint = known.length === 0 ? kubeconfigHint : 'set the input `context`'
    throw new Failure('invalid-input', `the kubeconfig ${problem}; it has ${list}`, hint)
  }
  kubeConfig.setCurrentContext(context)
  const cluster = kubeConfig.getCurrentCluster()
  if (cluster === null) throw new Failure('invalid-input', `context ${context} names no known cluster`, kubeconfigHint)
  refuseStrayUserInfo('server', cluster.server)
  refuseStrayUserInfo('proxy-url', cluster.proxyUrl ?? '')
  const { server, userInfo } = serverOf(cluster.server, context)
  if (cluster.proxyUrl && !URL.canParse(cluster.proxyUrl)) {
    throw new Failure('invalid-input', `context ${context} cannot be used: its proxy-url is not a URL`, kubeconfigHint)
  }
  // Port-forward reads it from there.
  Object.assign(cluster, { server: server.href.replace(/\/$/, '') })
  // Like kubectl: credentials are never sent unencrypted. Such a server is `kubectl proxy`, which adds them.
  if (server.protocol === 'http:') {
    kubeConfig.loadFromClusterAndUser({ ...cluster, skipTLSVerify: true }, { name: 'nobody' })
  }
  const options = await credentials(kubeConfig, context, userInfo, source.environment, deps)
  const agent = options.agent as Agent
  const basic = options.auth ? Buffer.from(options.auth).toString('base64') : undefined
  const headers = {
    ...(options.headers as Record<string, string>),
    ...(basic !== undefined && { authorization: `Basic ${basic}` })
  }
  // A plugin may have provided another token than the one in the kubeconfig.
  const token = /^Bearer (.+)$/.exec(textAt(headers, 'Authorization') ?? '')?.[1]
  if (token !== undefined) deps.mask(token)
  return {
    kubeConfig,
    context,
    server,
    agent: cluster.proxyUrl || !(agent instanceof HttpsAgent) ? agent : keepAlive(agent),
    headers
  }
}

/** @throws Failure invalid-input before it is shown or contacted: the rest of a password would be its path */
function refuseStrayUserInfo(field: string, url: string): void {
  if (!hasStrayUserInfo(url)) return
  throw new Failure(
    'invalid-input',
    `the ${field} of the kubeconfig has an @ in its path`,
    'encode the user name and password in the URL (@ / ? # as %40 %2F %3F %23)'
  )
}

/** @throws Failure invalid-input, which does not repeat the text: it may contain a password */
function serverOf(text: string, context: string): { server: URL; userInfo: UserInfo | undefined } {
  try {
    const server = new URL(text)
    const userInfo = userInfoOf(server)
    if (['https:', 'http:'].includes(server.protocol)) {
      Object.assign(server, { username: '', password: '', search: '', hash: '' })
      return { server, userInfo }
    }
  } catch {
    // Not a URL, or a literal percent sign in its password.
  }
  throw new Failure(
    'invalid-input',
    `the server of context ${context} must be a URL that begins with https:// or http://`,
    'write it into the kubeconfig as in `server: https://10.0.0.1:6443`'
  )
}

async function credentials(
  kubeConfig: KubeConfig,
  context: string,
  userInfo: UserInfo | undefined,
  environment: NodeJS.ProcessEnv,
  deps: PluginDeps
): Promise<RequestOptions> {
  const options: RequestOptions = {}
  const cluster = kubeConfig.getCurrentCluster()
  const user = kubeConfig.getCurrentUser()
  const hasPlugin = Boolean(user?.exec)
  try {
    // client-node would wait for its plugin forever.
    if (user?.exec) Object.assign(user, await askPlugin(user.exec, environment, deps), { exec: undefined })
    // No token ends with a line break: it comes from a YAML block or a file.
    if (user?.token !== undefined) Object.assign(user, { token: textAt(user, 'token')?.trim() })
    if (userInfo !== undefined && cluster !== null) {
      // Like kubectl: Go sends them instead of any token or password of the user.
      if (user === null) kubeConfig.loadFromClusterAndUser(cluster, { name: 'nobody' })
      Object.assign(kubeConfig.getCurrentUser() ?? {}, userInfo, { token: undefined, authProvider: undefined })
    }
    await kubeConfig.applyToHTTPSOptions(options)
    checkCredentials(options, context, user, hasPlugin)
    return options
  } catch (error) {
    deps.signal.throwIfAborted()
    if (error instanceof Failure) throw error
    throw noCredentialsFailure(error, context, Boolean(user?.authProvider))
  }
}

/** Says what is wrong without what others say of it, which may quote a token; so it has no cause, either. */
function noCredentialsFailure(error: unknown, context: string, asksProvider: boolean): Failure {
  if (error instanceof PluginError) {
    const hint = error.isAbsent
      ? 'install the credential plugin that the kubeconfig names (such as aws or gke-gcloud-auth-plugin) on the runner'
      : 'give the step what the credential plugin needs, such as the environment variables of the cloud'
    return new Failure('unauthorized', `context ${context} gives no credentials: ${error.message}`, hint)
  }
  const code = textAt(error, 'code') ?? textAt(error, 'name')
  if (['open', 'read'].includes(textAt(error, 'syscall') ?? '')) {
    return new Failure(
      'invalid-input',
      `context ${context} names a file that cannot be read (${code}): a certificate, a key or a token`,
      'embed its content in the kubeconfig: `kubectl config view --raw --flatten --minify`'
    )
  }
  if (asksProvider) {
    return new Failure(
      'unauthorized',
      `context ${context} gives no credentials: its auth-provider fails (${code})`,
      'give the step a kubeconfig with the token of a service account'
    )
  }
  return new Failure('invalid-input', `context ${context} cannot be used (${code})`, kubeconfigHint)
}

function keepAlive(agent: HttpsAgent): HttpsAgent {
  return new HttpsAgent({ ...agent.options, keepAlive: true, maxSockets: 8, scheduling: 'lifo' })
}

interface KubeconfigSource {
  /** A kubeconfig as text or as base64 of it; undefined for KUBECONFIG, else the default file. */
  kubeconfig: string | undefined
  environment: NodeJS.ProcessEnv
}

/** What to do about an invalid kubeconfig. */
const kubeconfigHint =
  'set the input `kubeconfig` to the text of a kubeconfig file, or the variable KUBECONFIG to its path or its text; ' +
  'a secret that the workflow cannot read, as in a pull request from a fork, is empty'

/** A problem in our own words, which quote nothing of a kubeconfig. */
class Problem extends Error {}

/**
 * Nothing of the input or the variable is ever quoted, not even a path: what is taken for one may be a credential.
 * @param mask called with each secret before it can get into a message
 * @throws Failure invalid-input
 */
function loadKubeconfig({ kubeconfig, environment }: KubeconfigSource, mask: (secret: string) => void): KubeConfig {
  try {
    if (kubeconfig !== undefined) return fromText(kubeconfig, 'the text of the input `kubeconfig`', mask)
    // An empty variable counts as unset, as in kubectl.
    const variable = environment['KUBECONFIG']
    if (!variable) {
      const file = join(environment['HOME'] || homedir(), '.kube', 'config')
      if (!existsSync(file)) throw new Problem('~/.kube/config does not exist, and KUBECONFIG is not set')
      return described(fromFile(file, '~/.kube/config', mask), '~/.kube/config')
    }
    if (kubeconfigText(variable) !== undefined && !existsSync(variable)) {
      return fromText(variable, 'the text in KUBECONFIG', mask)
    }
    return fromFiles(variable.trim().split(delimiter).filter(Boolean), mask)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    // Without the cause, which may quote the text.
    throw new Failure('invalid-input', `the kubeconfig cannot be read: ${error.message}`, kubeconfigHint)
  }
}

function fromFiles(files: readonly string[], mask: (secret: string) => void): KubeConfig {
  const [only, ...others] = files
  if (only === undefined) throw new Problem('KUBECONFIG names no file')
  const called = (index: number) =>
    others.length === 0
      ? 'the file that KUBECONFIG names'
      : `file ${index + 1} of ${files.length} that KUBECONFIG names`
  const present = files.map((file, index) => ({ file, name: called(index) })).filter(({ file }) => existsSync(file))
  const [first, ...rest] = present.map(({ file, name }) => fromFile(file, name, mask))
  if (first === undefined) {
    throw new Problem(
      others.length === 0
        ? 'the file that KUBECONFIG names does not exist'
        : `none of the ${files.length} files that KUBECONFIG names exists`
    )
  }
  for (const one of rest) merge(first, one)
  // One of several may be empty, as in kubectl.
  return described(first, others.length === 0 ? called(0) : `what the ${files.length} files that KUBECONFIG names hold`)
}

function fromFile(file: string, name: string, mask: (secret: string) => void): KubeConfig {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new Problem(`${name} cannot be read (${textAt(error, 'code')})`)
  }
  const kubeConfig = parsed(text, text, name, mask)
  kubeConfig.makePathsAbsolute(dirname(file))
  return kubeConfig
}

function fromText(given: string, name: string, mask: (secret: string) => void): KubeConfig {
  return described(parsed(given, kubeconfigText(given) ?? given, name, mask), name)
}

/** A YAML text that is not a map: a token, a quoted string, base64 with its start missing. */
function described(kubeConfig: KubeConfig, name: string): KubeConfig {
  if (kubeConfig.getClusters().length > 0 || kubeConfig.getContexts().length > 0) return kubeConfig
  throw new Problem(`${name} is not a kubeconfig: it has no clusters and no contexts`)
}

function parsed(given: string, text: string, name: string, mask: (secret: string) => void): KubeConfig {
  for (const secret of secretsInText(given, text)) mask(secret)
  const kubeConfig = new KubeConfig()
  try {
    kubeConfig.loadFromString(text)
  } catch (error) {
    throw new Problem(`${name} ${problemOf(error)}`)
  }
  for (const secret of secretsOf(kubeConfig)) mask(secret)
  return kubeConfig
}

/** The problem of a text without what the parser quotes: names of tags and aliases, paths, whole lines. */
function problemOf(error: unknown): string {
  const reason = textAt(error, 'reason')
  if (reason !== undefined) {
    const [line, column] = ['line', 'column'].map((name) => Number(at(error, 'mark', name)) + 1)
    const words = /^[\w ,;()'-]+$/.test(reason) ? `: ${reason}` : ''
    return `is not YAML (line ${line}, column ${column})${words}`
  }
  const code = textAt(error, 'code')
  if (code !== undefined) return `names a file that cannot be read (${code})`
  const missing = /^(?:clusters|contexts|users)\[\d+\](?:\.\w+)+ is missing$/.exec(textAt(error, 'message') ?? '')
  return missing === null ? 'is not a kubeconfig' : `is incomplete: ${missing[0]}`
}

// Like kubectl: the first file that has a name wins, also for the current context. mergeConfig() of client-node lets
// the last one win and refuses duplicate names.
function merge(into: KubeConfig, one: KubeConfig): void {
  into.loadFromOptions({
    clusters: union(into.getClusters(), one.getClusters()),
    users: union(into.getUsers(), one.getUsers()),
    contexts: union(into.getContexts(), one.getContexts()),
    currentContext: into.getCurrentContext() || one.getCurrentContext()
  })
}

function union<T extends { name: string }>(first: readonly T[], second: readonly T[]): T[] {
  return [...first, ...second.filter(({ name }) => !first.some((known) => known.name === name))]
}
