import type { Agent } from 'node:http'
import { Agent as HttpsAgent, type RequestOptions } from 'node:https'
import type { KubeConfig } from '@kubernetes/client-node/dist/config.js'
import { Failure, messageOf } from '../failure.ts'
import { textAt } from '../kubernetes-object.ts'
import { type KubeconfigSource, kubeconfigHint, loadKubeconfig } from './kubeconfig.ts'
import { askPlugin, type PluginPorts } from './plugin.ts'

export interface ConnectionSource extends KubeconfigSource {
  /** A context other than the current one. */
  context: string | undefined
}

/** A cluster, and how to authenticate there. */
export interface Connection {
  kubeConfig: KubeConfig
  server: URL
  context: string
  /** Carries all requests; keeps connections open, so that only the first request pays for a TLS handshake. */
  agent: Agent
  headers: Record<string, string>
  /** What must never be shown. The whole kubeconfig is not among it: each of its lines would be masked everywhere. */
  secrets: string[]
}

/**
 * Reads the kubeconfig and gets its credentials. No request is made, but a credential plugin may run.
 * @throws Failure invalid-input, unauthorized
 */
export async function connect(source: ConnectionSource, ports: PluginPorts): Promise<Connection> {
  const kubeConfig = loadKubeconfig(source)
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
  const server = serverOf(cluster.server, context)
  // As kubectl does it: what is not encrypted carries no credentials. It is that of `kubectl proxy`, which adds them.
  if (server.protocol === 'http:') {
    kubeConfig.loadFromClusterAndUser({ ...cluster, skipTLSVerify: true }, { name: 'nobody' })
  }
  const options = await credentials(kubeConfig, context, source.environment, ports)
  const agent = options.agent as Agent
  const basic = options.auth ? Buffer.from(options.auth).toString('base64') : undefined
  const headers = {
    ...(options.headers as Record<string, string>),
    ...(basic !== undefined && { authorization: `Basic ${basic}` })
  }
  const user = kubeConfig.getCurrentUser()
  const token = /^Bearer (.+)$/.exec(textAt(headers, 'Authorization') ?? '')?.[1]
  return {
    kubeConfig,
    context,
    server,
    agent: cluster.proxyUrl || !(agent instanceof HttpsAgent) ? agent : keepAlive(agent),
    headers,
    secrets: [token, basic, user?.password, user?.keyData].filter((secret) => secret !== undefined && secret !== null)
  }
}

/** @throws Failure invalid-input */
function serverOf(text: string, context: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && ['https:', 'http:'].includes(url.protocol)) return url
  throw new Failure(
    'invalid-input',
    `the server of context ${context} is no URL that begins with https:// or http://: ${JSON.stringify(text)}`,
    'write it into the kubeconfig as in `server: https://10.0.0.1:6443`'
  )
}

async function credentials(
  kubeConfig: KubeConfig,
  context: string,
  environment: NodeJS.ProcessEnv,
  ports: PluginPorts
): Promise<RequestOptions> {
  const options: RequestOptions = {}
  const user = kubeConfig.getCurrentUser()
  try {
    // client-node would wait for its plugin without an end.
    if (user?.exec) Object.assign(user, await askPlugin(user.exec, environment, ports), { exec: undefined })
    await kubeConfig.applyToHTTPSOptions(options)
    return options
  } catch (error) {
    ports.signal.throwIfAborted()
    if (error instanceof Failure) throw error
    throw noCredentials(error, context, Boolean(user?.exec ?? user?.authProvider))
  }
}

function noCredentials(error: unknown, context: string, asksPlugin: boolean): Failure {
  const said = messageOf(error)
  if (textAt(error, 'syscall') === 'open') {
    return new Failure(
      'invalid-input',
      `context ${context} names a file that cannot be read: ${said}`,
      'put what it holds into the kubeconfig: `kubectl config view --raw --flatten --minify`',
      [],
      error
    )
  }
  if (!asksPlugin) {
    return new Failure('invalid-input', `context ${context} cannot be used: ${said}`, kubeconfigHint, [], error)
  }
  const isAbsent = textAt(error, 'code') === 'ENOENT'
  const hint = isAbsent
    ? 'install the credential plugin that the kubeconfig names (such as aws or gke-gcloud-auth-plugin) on the runner'
    : 'give the step what the credential plugin needs, such as the environment variables of its cloud'
  return new Failure('unauthorized', `context ${context} gives no credentials: ${said}`, hint, [], error)
}

function keepAlive(agent: HttpsAgent): HttpsAgent {
  return new HttpsAgent({ ...agent.options, keepAlive: true, maxSockets: 8, scheduling: 'lifo' })
}
