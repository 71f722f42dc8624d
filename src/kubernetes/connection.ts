import { existsSync } from 'node:fs'
import type { Agent } from 'node:http'
import { Agent as HttpsAgent, type RequestOptions } from 'node:https'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node/dist/config.js'
import { Failure, messageOf } from '../failure.ts'
import { textAt } from '../kubernetes-object.ts'

export interface ConnectionSource {
  /** A kubeconfig as text or as base64 of it; undefined for KUBECONFIG, else the default file. */
  kubeconfig: string | undefined
  /** A context other than the current one. */
  context: string | undefined
  environment: NodeJS.ProcessEnv
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

const hint =
  'set the input `kubeconfig` to the text of a kubeconfig file, or the variable KUBECONFIG to its path; ' +
  'a secret that the workflow cannot read, as in a pull request from a fork, is an empty text'

/**
 * Reads the kubeconfig and gets its credentials. No request is made, but a credential plugin may run.
 * @throws Failure invalid-input, unauthorized
 */
export async function connect(source: ConnectionSource): Promise<Connection> {
  const kubeConfig = load(source)
  const context = source.context ?? kubeConfig.getCurrentContext()
  const known = kubeConfig.getContexts().map(({ name }) => name)
  if (!known.includes(context)) {
    const list = known.length === 0 ? 'none' : known.join(', ')
    const problem = context ? `has no context ${JSON.stringify(context)}` : 'names no current context'
    throw new Failure('invalid-input', `the kubeconfig ${problem}; it has ${list}`, 'set the input `context`')
  }
  kubeConfig.setCurrentContext(context)
  const cluster = kubeConfig.getCurrentCluster()
  if (cluster === null) throw new Failure('invalid-input', `context ${context} names no known cluster`, hint)
  const options = await credentials(kubeConfig, context)
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
    server: new URL(cluster.server),
    agent: cluster.proxyUrl || !(agent instanceof HttpsAgent) ? agent : keepAlive(agent),
    headers,
    secrets: [token, basic, user?.password, user?.keyData].filter((secret) => secret !== undefined && secret !== null)
  }
}

function load({ kubeconfig, environment }: ConnectionSource): KubeConfig {
  const kubeConfig = new KubeConfig()
  try {
    if (kubeconfig !== undefined) {
      kubeConfig.loadFromString(decode(kubeconfig))
      return kubeConfig
    }
    const files = (environment['KUBECONFIG'] ?? join(homedir(), '.kube', 'config')).split(delimiter).filter(Boolean)
    const present = files.filter((file) => existsSync(file))
    if (present.length === 0) throw new Error(`${files.join(', ')} does not exist`)
    for (const [index, file] of present.entries()) merge(kubeConfig, file, index === 0)
    return kubeConfig
  } catch (error) {
    throw new Failure('invalid-input', `the kubeconfig cannot be read: ${messageOf(error)}`, hint, [], error)
  }
}

// As kubectl does it: the first file to name a thing wins, the current context included. mergeConfig() of client-node
// lets the last one win and refuses a name that two files have.
function merge(into: KubeConfig, file: string, first: boolean): void {
  const one = new KubeConfig()
  one.loadFromFile(file)
  if (first || !into.getCurrentContext()) into.setCurrentContext(one.getCurrentContext())
  into.loadFromOptions({
    clusters: union(into.getClusters(), one.getClusters()),
    users: union(into.getUsers(), one.getUsers()),
    contexts: union(into.getContexts(), one.getContexts()),
    currentContext: into.getCurrentContext()
  })
}

function union<T extends { name: string }>(first: readonly T[], second: readonly T[]): T[] {
  return [...first, ...second.filter(({ name }) => !first.some((known) => known.name === name))]
}

/** The text of a kubeconfig that may come as base64, as secrets of workflows often do. */
function decode(kubeconfig: string): string {
  if (!/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(kubeconfig)) return kubeconfig
  return Buffer.from(kubeconfig, 'base64').toString('utf8')
}

async function credentials(kubeConfig: KubeConfig, context: string): Promise<RequestOptions> {
  const options: RequestOptions = {}
  try {
    await kubeConfig.applyToHTTPSOptions(options)
    return options
  } catch (error) {
    throw new Failure(
      'unauthorized',
      `context ${context} gives no credentials: ${messageOf(error)}`,
      'install the credential plugin that the kubeconfig names (such as aws or gke-gcloud-auth-plugin) on the runner',
      [],
      error
    )
  }
}

function keepAlive(agent: HttpsAgent): HttpsAgent {
  return new HttpsAgent({ ...agent.options, keepAlive: true, maxSockets: 8, scheduling: 'lifo' })
}
