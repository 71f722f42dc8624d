import type { ForwardedPort } from '../../clients/kubernetes/port-forward.ts'
import type { RedisAddress, RedisConnection } from '../../clients/redis/connection.ts'
import type { Clock } from '../../core/clock.ts'
import type { Credentials } from '../../core/credentials.ts'
import type { Failure } from '../../core/failure.ts'
import type { KubernetesObject } from '../../core/kubernetes/object.ts'
import type { RedisLogin } from '../../core/redis/login.ts'
import type { RenderedUsers } from '../../core/rendered-cache/users.ts'
import type { Check, Topology } from '../../core/result.ts'
import type { SettingsInputs } from './settings.ts'

export interface ProbeDeps {
  /** Only used if Redis rejects the password or is unreachable: did the Secret change, is the API server reachable? */
  cluster: {
    read(wanted: KubernetesObject, namespace: string): Promise<KubernetesObject | undefined>
    readStatefulSet(namespace: string, name: string): Promise<KubernetesObject | undefined>
    listPods(namespace: string, labels: Record<string, string>): Promise<KubernetesObject[]>
  }
  openTunnel(port: number): Promise<ForwardedPort>
  /** Turns an error of the API server into the failure for the user. */
  toFailure(error: unknown, attempt: { verb: string; object: string; namespace: string; needs?: string }): Failure
  /** @throws an error with `replied` and `code` (NOAUTH, WRONGPASS, LOADING …) */
  openRedis(port: number, password: string | undefined, timeout: number, username?: string): Promise<RedisConnection>
  /** Whether a local port speaks TLS. */
  speaksTls(port: number, timeout: number): Promise<boolean>
  /** The response of the exporter behind a local port. */
  readMetrics(port: number, timeout: number, signal: AbortSignal): Promise<string>
  isReply(error: unknown, ...codes: string[]): boolean
  clock: Clock
  signal: AbortSignal
  log(line: string): void
}

export interface ProbeInputs extends SettingsInputs {
  namespace: string
  /** As whom, and where, clients work by the Secret's `url`. */
  login: RedisLogin & { password: string }
  /** Whether a write is proven by one, or else judged by what Redis says. */
  mayWrite: boolean
  memoryThresholdPercent: number
  /** Of container redis, in bytes; undefined where it has none. */
  memoryLimitBytes?: number | undefined
  /** Who may get in; undefined where that is not judged. */
  users?: RenderedUsers | undefined
  /** Whether the pod has the container of the exporter. */
  exporter: boolean
}

export interface ConnectionInputs {
  namespace: string
  credentials: Credentials
  /** The image of the probe pod; it must contain redis-cli. */
  image: string
  topology: Topology
  /** The required maxmemory policy; undefined accepts any but noeviction. */
  maxmemoryPolicy: string | undefined
  memoryThresholdPercent: number
  /** Whether a write is proven by one, where the runner asks; a pod always writes. */
  mayWrite: boolean
  /** The run_id of redis-0; undefined where it is not known, and for a managed cache. */
  runId?: string | undefined
  /** Those by which the rendered policies recognise a backend. */
  backendLabels: Readonly<Record<string, string>>
  /** Whether to prove also that a pod without the backend label is blocked. */
  nonBackend: boolean
  /** The Secret; with it, the cluster removes what was left of the pods. */
  owner: KubernetesObject
}

/** What the cache reported about itself; undefined if it did not. */
export interface ConnectionResult {
  redisVersion: string | undefined
  usedMemoryBytes: number | undefined
  maxmemoryBytes: number | undefined
}

export interface ConnectionDeps {
  /** Certificates (PEM) of the CAs that this process trusts. */
  authorities: readonly string[]
  /** Called with each check as soon as it is known. */
  checked(check: Check): void
  /** Called with what could not be checked. */
  note(sentence: string): void
  clock: Clock
  signal: AbortSignal
  log(line: string): void
}

export interface PodDeps extends ConnectionDeps {
  cluster: {
    /** Undefined if one with that name exists. */
    create(object: KubernetesObject, namespace: string): Promise<{ object: KubernetesObject } | undefined>
    read(wanted: KubernetesObject, namespace: string): Promise<KubernetesObject | undefined>
    /** @returns whether it existed */
    delete(object: KubernetesObject, namespace: string, options: { gracePeriodSeconds: number }): Promise<boolean>
    listEvents(namespace: string): Promise<KubernetesObject[]>
    readLog(
      namespace: string,
      pod: string,
      container: string,
      previous: boolean,
      limits: { tailLines: number; limitBytes: number }
    ): Promise<string>
  }
  /** The same cluster by a client that a cancelled run does not stop, so that its pods are removed. */
  cleaning: Pick<PodDeps['cluster'], 'read' | 'delete'>
  toFailure(error: unknown, attempt: { verb: string; object: string; namespace: string }): Failure
}

export interface RunnerDeps extends ConnectionDeps {
  /** @throws an error with `replied` and `code`: the first word of an error reply, or that of a broken connection */
  openRedis(address: RedisAddress, password: string | undefined, timeout: number): Promise<RedisConnection>
}
