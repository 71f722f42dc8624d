import type { Credentials } from '../credentials.ts'
import type { Clock } from '../deadline.ts'
import type { Failure } from '../failure.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import type { Check, Topology } from '../result.ts'

export interface ConnectionInputs {
  namespace: string
  credentials: Credentials
  /** The image of the pod that asks; it must have redis-cli. */
  image: string
  topology: Topology
  /** What the cache must do when its memory is full; undefined for anything but refusing writes. */
  maxmemoryPolicy: string | undefined
  memoryThresholdPercent: number
  /** Whether to prove also that a pod which is no backend is kept out. */
  outsider: boolean
  /** The Secret; with it, the cluster removes what was left of the pods. */
  owner: KubernetesObject
}

/** What the cache told of itself; undefined where it did not. */
export interface ConnectionResult {
  redisVersion: string | undefined
  usedMemoryBytes: number | undefined
  maxmemoryBytes: number | undefined
}

export interface ConnectionPorts {
  /** Certificates (PEM) of the authorities that this process trusts. */
  authorities: readonly string[]
  /** Told of each check as soon as it is known. */
  checked(check: Check): void
  /** Told what could not be checked. */
  note(sentence: string): void
  clock: Clock
  signal: AbortSignal
  log(line: string): void
}

export interface PodPorts extends ConnectionPorts {
  cluster: {
    /** Undefined if there is one of that name. */
    create(object: KubernetesObject, namespace: string): Promise<{ object: KubernetesObject } | undefined>
    read(wanted: KubernetesObject, namespace: string): Promise<KubernetesObject | undefined>
    /** @returns whether it was there */
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
  /** The same cluster by a client that a cancelled run does not stop: its pods must go all the more. */
  cleaning: Pick<PodPorts['cluster'], 'read' | 'delete'>
  toFailure(error: unknown, attempt: { verb: string; object: string; namespace: string }): Failure
}

/** Where a Redis listens; with `authorities`, TLS. */
export interface RedisAddress {
  host: string
  port: number
  username?: string
  authorities?: readonly string[]
}

export interface RedisConnection extends AsyncDisposable {
  call(command: string, ...parameters: string[]): Promise<unknown>
}

export interface RunnerPorts extends ConnectionPorts {
  /** @throws an error with `replied` and `code`: the first word of an error reply, or that of a broken connection */
  openRedis(address: RedisAddress, password: string | undefined, timeout: number): Promise<RedisConnection>
}
