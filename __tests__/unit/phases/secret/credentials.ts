import type { Credentials } from '../../../../src/core/credentials.ts'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { isLoopback } from '../../../../src/core/redis/url.ts'
import fc from '../../../support/fast-check.ts'

/** The Secret as the API server gives it; keys that are undefined are not there. */
export function stored(fields: { [key in keyof Credentials]?: string | undefined }): KubernetesObject {
  const data = Object.entries(fields).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, Buffer.from(value).toString('base64')]]
  )
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'redis-credentials' },
    data: Object.fromEntries(data)
  }
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const printable = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index))
const passwordOf = (characters: string[], minLength = 16) =>
  fc.string({ unit: fc.constantFrom(...characters), minLength, maxLength: 128 })

/** Whatever ElastiCache accepts as an AUTH token. */
export const tokens = passwordOf([...letters, ...'!&#$^<>-'])
/** Whatever it accepts as the password of a user. */
export const userPasswords = passwordOf(printable)
/** Whatever a Redis of somebody else may have. */
export const passwords = passwordOf([...printable, 'ü', '密'], 1)
/** What cannot stand in a text by chance, with all that a URL may stumble over. */
export const secrets = passwordOf([...letters, ...'!&#$^<>-%/?@:'], 24)

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,15}[a-z0-9]$/)
const id = fc.stringMatching(/^[a-z0-9]{6}$/)
const region = fc.constantFrom('use1', 'apn2', 'apse2', 'usgw1', 'ap-northeast-2')
const end = fc.constantFrom('cache.amazonaws.com', 'cache.amazonaws.com.cn')
const joined = (...labels: fc.Arbitrary<string>[]) => fc.tuple(...labels).map((all) => all.join('.'))

/** Endpoints that a backend can use with a token. */
export const tokenHosts = fc.oneof(
  joined(fc.constantFrom('master', 'clustercfg'), name, id, region, end),
  fc.tuple(name, id, region, end).map(([group, ...rest]) => [`${group}-001`, group, ...rest].join('.'))
)
export const serverlessHosts = joined(
  fc.tuple(name, id).map((parts) => parts.join('-')),
  fc.constant('serverless'),
  region,
  end
)
export const otherHosts = fc.oneof(
  fc.domain(),
  fc.ipV4().filter((address) => !isLoopback(address)),
  fc.ipV6().filter((address) => !address.includes('%') && !isLoopback(address)),
  fc.constantFrom('redis', 'redis.team.svc', 'redis_1', 'Redis.Example.COM')
)
export const portNumbers = fc.integer({ min: 1, max: 65_535 }).map(String)

/** Encodes only what a URL cannot have before its host (RFC 3986, section 3.2.1). */
export function leastEncoded(password: string): string {
  return password.replace(/[^A-Za-z0-9._~!$&'()*+,;=:-]/gu, encodeURIComponent)
}
export const encodings = fc.constantFrom(encodeURIComponent, leastEncoded)

/** A host as URLs write it. */
export function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
