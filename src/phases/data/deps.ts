import type { ForwardedPort } from '../../clients/kubernetes/port-forward.ts'
import type { RedisConnection } from '../../clients/redis/connection.ts'

export interface DataDeps {
  openTunnel(port: number): Promise<ForwardedPort>
  openRedis(port: number, password: string | undefined, timeout: number, username?: string): Promise<RedisConnection>
}
