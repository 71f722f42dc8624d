import type { Agent } from 'node:http'
import { Agent as HttpsAgent, type RequestOptions } from 'node:https'
import type { KubeConfig } from '@kubernetes/client-node/dist/config.js'
import { Failure } from '../failure.ts'
import { textAt } from '../kubernetes-object.ts'
import { type KubeconfigSource, kubeconfigHint, loadKubeconfig } from './kubeconfig.ts'
import { askPlugin, PluginError, type PluginPorts } from './plugin.ts'
import { type UserInfo, userInfoOf } from './user-info.ts'

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
export async function connect(source: ConnectionSource, ports: PluginPorts): Promise<Connection> {
  const kubeConfig = loadKubeconfig(source, ports.mask)
  const context = source.context ?? kubeConfig.getCurrentContext()
  const known = kubeConfig.getContexts().map(({ name }) => name)
  if (!known.includes(context)) {
    const list = known.length === 0 ? 'none' : known.join(', ')
    const problem = context ? `has no context ${JSON.stringify(context)}` : 'names no current context'
    throw new Failure('invalid-input', `the kubeconfig ${problem}; it has ${list}`, 'set the input `context`')
  }
  kubeConfig.setCurrentContext(context)
  const cluster = kubeConfig.getCurrentCluster()
  if (cluster === null) throw new Failure('invalid-input', `context ${context} names no known cluster`, kubeconfigHint)
  const { server, userInfo } = serverOf(cluster.server, context)
  if (cluster.proxyUrl && !URL.canParse(cluster.proxyUrl)) {
    throw new Failure('invalid-input', `context ${context} cannot be used: its proxy-url is no URL`, kubeconfigHint)
  }
  // Port-forward takes it from there.
  Object.assign(cluster, { server: server.href.replace(/\/$/, '') })
  // As kubectl does it: what is not encrypted carries no credentials. It is that of `kubectl proxy`, which adds them.
  if (server.protocol === 'http:') {
    kubeConfig.loadFromClusterAndUser({ ...cluster, skipTLSVerify: true }, { name: 'nobody' })
  }
  const options = await credentials(kubeConfig, context, userInfo, source.environment, ports)
  const agent = options.agent as Agent
  const basic = options.auth ? Buffer.from(options.auth).toString('base64') : undefined
  const headers = {
    ...(options.headers as Record<string, string>),
    ...(basic !== undefined && { authorization: `Basic ${basic}` })
  }
  // A provider may have given another token than the kubeconfig has.
  const token = /^Bearer (.+)$/.exec(textAt(headers, 'Authorization') ?? '')?.[1]
  if (token !== undefined) ports.mask(token)
  return {
    kubeConfig,
    context,
    server,
    agent: cluster.proxyUrl || !(agent instanceof HttpsAgent) ? agent : keepAlive(agent),
    headers
  }
}

/** @throws Failure invalid-input, which does not repeat the text: it may hold a password */
function serverOf(text: string, context: string): { server: URL; userInfo: UserInfo | undefined } {
  try {
    const server = new URL(text)
    const userInfo = userInfoOf(server)
    if (['https:', 'http:'].includes(server.protocol)) {
      Object.assign(server, { username: '', password: '', search: '', hash: '' })
      return { server, userInfo }
    }
  } catch {
    // No URL, or a percent sign in its password that stands for itself.
  }
  throw new Failure(
    'invalid-input',
    `the server of context ${context} is no URL that begins with https:// or http://`,
    'write it into the kubeconfig as in `server: https://10.0.0.1:6443`'
  )
}

async function credentials(
  kubeConfig: KubeConfig,
  context: string,
  userInfo: UserInfo | undefined,
  environment: NodeJS.ProcessEnv,
  ports: PluginPorts
): Promise<RequestOptions> {
  const options: RequestOptions = {}
  const cluster = kubeConfig.getCurrentCluster()
  const user = kubeConfig.getCurrentUser()
  try {
    // client-node would wait for its plugin without an end.
    if (user?.exec) Object.assign(user, await askPlugin(user.exec, environment, ports), { exec: undefined })
    if (userInfo !== undefined && cluster !== null) {
      // As kubectl does it: Go sends them in place of whatever token or password the user has.
      if (user === null) kubeConfig.loadFromClusterAndUser(cluster, { name: 'nobody' })
      Object.assign(kubeConfig.getCurrentUser() ?? {}, userInfo, { token: undefined, authProvider: undefined })
    }
    await kubeConfig.applyToHTTPSOptions(options)
    return options
  } catch (error) {
    ports.signal.throwIfAborted()
    if (error instanceof Failure) throw error
    throw noCredentials(error, context, Boolean(user?.authProvider))
  }
}

/** Says what is wrong without what others say of it, which may quote a token; so it has no cause, either. */
function noCredentials(error: unknown, context: string, asksProvider: boolean): Failure {
  if (error instanceof PluginError) {
    const hint = error.isAbsent
      ? 'install the credential plugin that the kubeconfig names (such as aws or gke-gcloud-auth-plugin) on the runner'
      : 'give the step what the credential plugin needs, such as the environment variables of its cloud'
    return new Failure('unauthorized', `context ${context} gives no credentials: ${error.message}`, hint)
  }
  const code = textAt(error, 'code') ?? textAt(error, 'name')
  if (['open', 'read'].includes(textAt(error, 'syscall') ?? '')) {
    return new Failure(
      'invalid-input',
      `context ${context} names a file that cannot be read (${code}): a certificate, a key or a token`,
      'put what it holds into the kubeconfig: `kubectl config view --raw --flatten --minify`'
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
