import { randomBytes } from 'node:crypto'

/** The fields of a valid secret: an ElastiCache endpoint, and a token of this run. */
export function generatedCredentials(): Record<'host' | 'port' | 'password' | 'url', string> {
  const host = `master.redis.${randomBytes(3).toString('hex')}.apn2.cache.amazonaws.com`
  const password = randomBytes(24).toString('hex')
  return { host, port: '6379', password, url: `rediss://:${password}@${host}:6379` }
}
