import type { ForwardedPort } from '../../clients/kubernetes/port-forward.ts'
import type { RedisConnection } from '../../clients/redis/connection.ts'
import type { Clock } from '../../core/clock.ts'

export interface PrepareDeps {
  openTunnel(port: number): Promise<ForwardedPort>
  openRedis(port: number, password: string | undefined, timeout: number, username?: string): Promise<RedisConnection>
  /** Whether Redis replied with one of these error codes. */
  isReply(error: unknown, ...codes: string[]): boolean
  clock: Clock
  signal: AbortSignal
  /** Called with what a reader should know besides the verdict. */
  note(sentence: string): void
  log(line: string): void
}
