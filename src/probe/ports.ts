import type { Clock, Deadline } from '../deadline.ts'
import type { Failure } from '../failure.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import type { RedisConfig } from '../redis-config.ts'

export interface RedisConnection extends AsyncDisposable {
  call(command: string, ...parameters: string[]): Promise<unknown>
}

/** What stands in the way to the pod: the API server opens no port-forward, or nothing listens in the pod. */
export type TunnelTrouble = { by: 'server'; error: unknown } | { by: 'pod'; said: string }

export interface Tunnel extends AsyncDisposable {
  readonly port: number
  /** Why the newest connection does not reach the pod; undefined if it does. */
  readonly trouble: TunnelTrouble | undefined
}

export interface ProbePorts {
  /** Asked only when Redis refuses the password, or is not reached: did the Secret change, is the API server there? */
  cluster: {
    read(wanted: KubernetesObject, namespace: string): Promise<KubernetesObject | undefined>
    readStatefulSet(namespace: string, name: string): Promise<KubernetesObject | undefined>
    listPods(namespace: string, labels: Record<string, string>): Promise<KubernetesObject[]>
  }
  openTunnel(port: number): Promise<Tunnel>
  /** Turns what the API server has against a request into the failure that a user reads. */
  toFailure(error: unknown, attempt: { verb: string; object: string; namespace: string; needs?: string }): Failure
  /** @throws an error with `replied` and `code` (NOAUTH, WRONGPASS, LOADING …) */
  openRedis(port: number, password: string | undefined, timeout: number): Promise<RedisConnection>
  /** The answer of the exporter behind a local port. */
  readMetrics(port: number, timeout: number, signal: AbortSignal): Promise<string>
  isReply(error: unknown, ...codes: string[]): boolean
  clock: Clock
  signal: AbortSignal
  log(line: string): void
}

export interface ProbeInputs {
  namespace: string
  password: string
  expected: RedisConfig | undefined
  memoryThresholdPercent: number
  /** Whether the pod has the container of the exporter. */
  exporter: boolean
}

/** One connection or one answer, in milliseconds: a silent server must not hold the run for long, nor much past its end. */
export function answerMilliseconds(deadline: Deadline): number {
  return Math.min(5_000, Math.max(2_000, deadline.remaining))
}
/** How long a Ready pod may refuse connections, anew after each answer: the exporter has no readiness probe. */
export const patienceMilliseconds = 10_000
/** The pause between two attempts. */
export const interval = 250
