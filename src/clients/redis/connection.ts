import { isIP } from 'node:net'
import { Redis } from 'ioredis'
import { hostName } from '../../core/aws-endpoint.ts'
import { messageOf } from '../../core/failure.ts'
import { textAt } from '../../core/kubernetes/object.ts'

export interface RedisConnection extends AsyncDisposable {
  /** Sends one command. @throws RedisError */
  call(command: string, ...parameters: string[]): Promise<unknown>
}

/** Redis, or the connection to it, refused. */
export class RedisError extends Error {
  override readonly name = 'RedisError'
  /** The first word of an error reply (NOAUTH, WRONGPASS, LOADING …), or the code of a broken connection. */
  readonly code: string
  /** Whether Redis itself replied. */
  readonly replied: boolean

  constructor(error: unknown) {
    const message = messageOf(error)
    super(message, { cause: error })
    this.replied = textAt(error, 'name') === 'ReplyError'
    this.code = this.replied ? (message.split(' ')[0] ?? '') : (textAt(error, 'code') ?? '')
  }
}

/** The address of a Redis. */
export interface RedisAddress {
  host: string
  port: number
  /** By default the user `default`. */
  username?: string
  /** With TLS; these CAs (PEM) are trusted, and the certificate must name the host. */
  authorities?: readonly string[]
}

/** Connects to a local port, by default as the user `default`. @throws RedisError */
export async function openRedisConnection(
  port: number,
  password: string | undefined,
  timeout: number,
  username?: string
): Promise<RedisConnection> {
  return connectToRedis({ host: '127.0.0.1', port, ...(username !== undefined && { username }) }, password, timeout)
}

/**
 * Connects once, without retries, and authenticates if a password is given. Nothing waits longer than `timeout`
 * milliseconds, even if the other side accepts the connection and then stays silent.
 * @throws RedisError
 */
export async function connectToRedis(
  { host, port, username, authorities }: RedisAddress,
  password: string | undefined,
  timeout: number
): Promise<RedisConnection> {
  const redis = new Redis({
    host,
    port,
    // A server may choose its certificate by SNI; an IP address is not allowed there (RFC 6066, 3).
    ...(authorities !== undefined && {
      tls: { ca: [...authorities], ...(isIP(host) === 0 && { servername: hostName(host) }) }
    }),
    ...(password !== undefined && { password, ...(username !== undefined && { username }) }),
    protocol: 2,
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    disableClientInfo: true,
    connectTimeout: timeout,
    commandTimeout: timeout,
    socketTimeout: timeout,
    disconnectTimeout: 100
  })
  // connect() rejects with "Connection is closed." whatever happened; the reason comes with the first error event.
  let first: unknown
  redis.on('error', (error: unknown) => {
    first ??= error
  })
  const attempt = async <T>(job: Promise<T>): Promise<T> => {
    try {
      return await job
    } catch (error) {
      throw new RedisError(textAt(error, 'name') === 'ReplyError' ? error : (first ?? error))
    }
  }
  try {
    await attempt(redis.connect())
  } catch (error) {
    redis.disconnect()
    throw error
  }
  return {
    call: (command, ...parameters) => attempt(redis.call(command, ...parameters)),
    async [Symbol.asyncDispose]() {
      redis.disconnect()
    }
  }
}
