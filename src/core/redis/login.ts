/** As whom redis-0 is asked. */
export interface RedisLogin {
  /** Undefined for a Redis without one. */
  password: string | undefined
  /** Undefined for the user `default`. */
  username?: string | undefined
  /** Undefined for the first database. */
  database?: number | undefined
}
