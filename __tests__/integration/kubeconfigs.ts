import { parse, stringify } from 'yaml'
import { ApiClient } from '../../src/clients/kubernetes/client.ts'
import { type Connection, type ConnectionSource, connect } from '../../src/clients/kubernetes/connection.ts'
import type { PluginDeps } from '../../src/clients/kubernetes/exec-plugin.ts'
import { toFailure } from '../../src/clients/kubernetes/failure.ts'
import { Deadline } from '../../src/core/deadline.ts'
import type { KubernetesApi } from '../support/kubernetes-api/server.ts'
import { FastClock } from './applying.ts'

export interface Kubeconfig {
  'current-context'?: string
  clusters: { name: string; cluster: Record<string, unknown> }[]
  users: { name: string; user: Record<string, unknown> }[]
  contexts: { name: string; context: { cluster: string; user: string } }[]
}

/** The kubeconfig of an API, changed. */
export function changed({ kubeconfig }: KubernetesApi, edit: (config: Kubeconfig) => void): string {
  const config = parse(kubeconfig) as Kubeconfig
  edit(config)
  return stringify(config)
}

/** The same with another user. */
export function withUser(api: KubernetesApi, user: Record<string, unknown>): string {
  return changed(api, (config) => {
    config.users = [{ name: 'kubernetes-api', user }]
  })
}

/** The same with another cluster. */
export function withCluster(api: KubernetesApi, cluster: Record<string, unknown>): string {
  return changed(api, (config) => {
    config.clusters = [{ name: 'kubernetes-api', cluster }]
  })
}

/** Reads a kubeconfig as the deploy program does, in time that passes `speed` times as fast. */
export async function connecting(
  source: Partial<ConnectionSource>,
  speed = 1,
  deps: Partial<PluginDeps> = {}
): Promise<Connection> {
  const clock = new FastClock(speed)
  const { signal } = new AbortController()
  return connect(
    { kubeconfig: undefined, context: undefined, environment: {}, ...source },
    { clock, deadline: new Deadline(clock, 300_000), signal, log: () => {}, mask: () => {}, ...deps }
  )
}

/** Connects and asks who is there; the failure is the one that a user reads. */
export async function ask(
  source: Partial<ConnectionSource>
): Promise<{ server: string; context: string; secrets: string[] }> {
  const secrets = new Set<string>()
  const connection = await connecting(source, 1, { mask: (secret) => secrets.add(secret) })
  const clock = new FastClock(100)
  const client = new ApiClient(connection, clock, new AbortController().signal, new Deadline(clock, 60_000))
  try {
    await client.request({ method: 'GET', path: '/api/v1/namespaces/default' })
  } catch (error) {
    throw toFailure(error, { verb: 'read', object: 'Namespace/default', namespace: 'default' })
  } finally {
    client.close()
  }
  return { server: connection.server.origin, context: connection.context, secrets: [...secrets] }
}
