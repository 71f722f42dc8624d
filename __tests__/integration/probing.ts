import { setTimeout as sleep } from 'node:timers/promises'
import type { Role } from '../../src/clients/kubernetes/attempt.ts'
import { toFailureFor } from '../../src/clients/kubernetes/failure.ts'
import { openPortForward } from '../../src/clients/kubernetes/port-forward.ts'
import { openRedisConnection, RedisError } from '../../src/clients/redis/connection.ts'
import { speaksTls } from '../../src/clients/redis/handshake.ts'
import { readMetrics } from '../../src/clients/redis/metrics.ts'
import { Deadline } from '../../src/core/deadline.ts'
import { parseRedisConfig } from '../../src/core/redis/config.ts'
import type { ProbeDeps, ProbeInputs } from '../../src/phases/probe/deps.ts'
import { type ProbeResult, probe } from '../../src/phases/probe/probe.ts'
import { writeMilliseconds } from '../../src/phases/probe/write.ts'
import { expectNoSecret } from '../support/captured.ts'
import { type KubernetesApi, startKubernetesApi } from '../support/kubernetes-api/server.ts'
import { freePort, type Listener } from '../support/redis/listen.ts'
import { type RedisProcess, startRedis } from '../support/redis/process.ts'
import { accessTo } from './applying.ts'
import { type Ended, ended, wordsOf } from './outcome.ts'
import { namespace as defaultNamespace } from './rendering.ts'

/** A pod redis-0 that runs, behind whose ports these local ones are. */
export async function podWith(redis: Listener, exporter?: Listener): Promise<KubernetesApi> {
  const forward = { 6379: redis.port, ...(exporter !== undefined && { 9121: exporter.port }) }
  const api = await startKubernetesApi({ forward })
  seedPod(api)
  return api
}

/** The pod without the StatefulSet that would take its time to make it. */
export function seedPod(api: KubernetesApi): void {
  const containers = [{ name: 'redis', image: 'redis' }]
  const status = { containerStatuses: [{ name: 'redis', state: { running: {} }, ready: true }] }
  const metadata = { name: 'redis-0', namespace: defaultNamespace }
  api.seed({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { nodeName: 'node-1', containers }, status })
}

export interface ProbeOptions extends Partial<ProbeInputs> {
  /** How many times as fast time passes. */
  speed?: number
  timeout?: number
  /** The Role that the failure names. */
  role?: Role
  onLog?: (line: string) => void
  /** Called when the API server has answered, as it has in every run before it probes. */
  onStart?: () => void
}

export type ProbeRun = Ended<ProbeResult> & {
  log: string[]
  /** What is still open when the probe has ended. */
  open: string[]
  /** Every wait between two tries, in milliseconds. */
  waits: readonly number[]
}

/** Probes the pod as the deploy program does; the password may stand in nothing that is said. */
export async function probing(
  api: Pick<KubernetesApi, 'kubeconfig'>,
  password: string,
  options: ProbeOptions = {}
): Promise<ProbeRun> {
  const {
    speed = 1,
    timeout = 60_000,
    role = 'rbac',
    onLog,
    onStart,
    namespace = defaultNamespace,
    ...inputs
  } = options
  using access = await accessTo(api, speed, timeout)
  const { client, cluster, clock, cancel } = access
  const log: string[] = []
  const open = new Set<string>()
  const noted = <T extends AsyncDisposable>(name: string, resource: T): T => {
    open.add(name)
    const dispose = resource[Symbol.asyncDispose].bind(resource)
    resource[Symbol.asyncDispose] = async () => {
      await dispose()
      open.delete(name)
    }
    return resource
  }
  // A write that is late counts as hanging, so its time stays what it is.
  const scaled = (patience: number) => (patience === writeMilliseconds ? patience : patience / speed)
  let [connections, tunnels] = [0, 0]
  const deps: ProbeDeps = {
    cluster,
    toFailure: toFailureFor(role),
    openTunnel: async (port) => {
      tunnels += 1
      const name = `tunnel ${tunnels} to ${port}`
      return noted(name, await openPortForward(client.connection, namespace, 'redis-0', port))
    },
    openRedis: async (port, secret, patience, username) => {
      connections += 1
      const name = `connection ${connections}`
      return noted(name, await openRedisConnection(port, secret, scaled(patience), username))
    },
    speaksTls: (port, patience) => speaksTls(port, scaled(patience)),
    readMetrics: (port, patience, signal) => readMetrics(port, patience / speed, signal),
    isReply: (error, ...codes) => error instanceof RedisError && codes.includes(error.code),
    clock,
    signal: cancel.signal,
    log(line) {
      log.push(line)
      onLog?.(line)
    }
  }
  await cluster.readStatefulSet(namespace, 'redis')
  onStart?.()
  const before = clock.sleeps.length
  const probed = await ended(
    probe(
      {
        namespace,
        login: { password },
        mayWrite: true,
        expected: undefined,
        memoryThresholdPercent: 90,
        exporter: false,
        ...inputs
      },
      new Deadline(clock, timeout),
      deps
    )
  )
  const run = { ...probed, log, open: [...open], waits: clock.sleeps.slice(before) }
  expectNoSecret([...log, probed.failure === undefined ? '' : wordsOf(probed.failure)].join('\n'), [password])
  return run
}

/** Sends commands to a Redis of this machine, past the pod. */
export async function commanding(
  { port }: Listener,
  password: string | undefined,
  ...commands: (readonly [string, ...string[]])[]
): Promise<unknown[]> {
  await using connection = await openRedisConnection(port, password, 5_000)
  const replies: unknown[] = []
  for (const [name, ...parameters] of commands) replies.push(await connection.call(name, ...parameters))
  return replies
}

/** Makes a Redis in cluster mode a cluster of one node, and waits until it knows. */
export async function giveAllSlots(redis: Listener, password: string): Promise<void> {
  await commanding(redis, password, ['CLUSTER', 'ADDSLOTSRANGE', '0', '16383'])
  for (let state = ''; !state.includes('cluster_state:ok'); await sleep(20)) {
    state = String(await commanding(redis, password, ['CLUSTER', 'INFO']))
  }
}

/** A cluster of two nodes, the second of which has all slots. */
export async function startCluster(
  config: string,
  password: string
): Promise<AsyncDisposable & { empty: RedisProcess; full: RedisProcess }> {
  const bus = [await freePort(), await freePort()]
  const start = (port: number | undefined) =>
    startRedis({ config: `${config}cluster-enabled yes\ncluster-port ${port}\n`, password })
  const [empty, full] = [await start(bus[0]), await start(bus[1])]
  await giveAllSlots(full, password)
  await commanding(empty, password, ['CLUSTER', 'MEET', '127.0.0.1', String(full.port), String(bus[1])])
  for (let state = ''; !state.includes('cluster_state:ok'); await sleep(20)) {
    state = String(await commanding(empty, password, ['CLUSTER', 'INFO']))
  }
  return {
    empty,
    full,
    async [Symbol.asyncDispose]() {
      await Promise.all([empty[Symbol.asyncDispose](), full[Symbol.asyncDispose]()])
    }
  }
}

/** What a redis.conf says, as the probe compares it. */
export function configOf(text: string) {
  return parseRedisConfig({ 'redis.conf': text }, 'redis.conf')
}
