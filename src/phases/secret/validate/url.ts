import type { Credentials, FieldProblem } from '../../../core/credentials.ts'
import { type RedisUrl, readUrl, unencoded, wantsTls } from '../../../core/redis/url.ts'
import { validateUrl } from '../../../core/redis/validate-url.ts'

/**
 * The problems of key url, on its own and compared with the other keys. A key that is unknown or itself invalid is not
 * compared.
 * @param aws whether the cache is an ElastiCache
 */
export function urlProblems(url: string, values: Partial<Credentials>, aws: boolean): FieldProblem[] {
  const read = readUrl(url, values.password)
  if ('problem' in read) return [...encryption(url, aws), { key: 'url', ...read }]
  const raw = unencoded(url)
  return [
    ...encryption(url, aws),
    ...(raw === undefined ? [] : [{ key: 'url' as const, ...raw }]),
    ...validateUrl(read, values),
    ...path(read)
  ]
}

function encryption(url: string, aws: boolean): FieldProblem[] {
  if (!aws || wantsTls(url) !== false) return []
  const problem = 'does not use TLS, and ElastiCache supports passwords only with encryption in transit'
  return [{ key: 'url', problem, fix: 'begin it with rediss://' }]
}

function path(read: RedisUrl): FieldProblem[] {
  if (/^\/?\d*$/.test(read.path)) return []
  const fix = 'end it after the port, or with a database number such as /0'
  return [{ key: 'url', problem: 'has a path that is not a database number', fix }]
}
