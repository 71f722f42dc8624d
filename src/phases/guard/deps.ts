import type { ForwardedPort } from '../../clients/kubernetes/port-forward.ts'
import type { RedisConnection } from '../../clients/redis/connection.ts'
import type { AcceptableDanger } from '../../core/data-dangers.ts'
import type { Failure } from '../../core/failure.ts'
import type { KubernetesObject } from '../../core/kubernetes/object.ts'

/** One object of the manifests: as stored, and as the server would store it. */
export interface States {
  before: KubernetesObject | undefined
  after: KubernetesObject
}

export interface ClaimDeps {
  cluster: { read(wanted: KubernetesObject, namespace: string): Promise<KubernetesObject | undefined> }
  toFailure(error: unknown, attempt: { verb: string; object: string; namespace: string; needs?: string }): Failure
  /** How to get the permission for the refused read, to end a sentence; undefined if something else is wrong. */
  grantFor(error: unknown): string | undefined
  /** Reports what a reader should know besides the verdict. */
  note(sentence: string): void
}

export interface GuardDeps extends ClaimDeps {
  openTunnel(port: number): Promise<ForwardedPort>
  openRedis(port: number, password: string | undefined, timeout: number, username?: string): Promise<RedisConnection>
  /** Whether Redis replied with one of these error codes. */
  isReply(error: unknown, ...codes: string[]): boolean
  /** Called when the running Redis has answered and has loaded its data. */
  answered(): void
  /** Called with a secret before anything else is done with it. */
  secret(value: string): void
  log(line: string): void
}

export interface GuardInputs {
  namespace: string
  states: readonly States[]
  /** What would change in the pod template, so that redis-0 would restart; empty if it would stay. */
  changes: readonly string[]
  /** What a person accepted. */
  accepted: ReadonlySet<AcceptableDanger>
}
