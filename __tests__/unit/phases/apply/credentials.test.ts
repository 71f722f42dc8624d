import { randomBytes } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import type { CredentialField } from '../../../../src/core/credentials.ts'
import { Failure } from '../../../../src/core/failure.ts'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { credentialsFor, credentialsSecret, readCredentials } from '../../../../src/phases/apply/credentials.ts'
import fc from '../../../support/fast-check.ts'
import { failureOf } from '../../failure-of.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const stored = (data: Record<string, unknown>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'redis-credentials' },
  data
})
const good = credentialsSecret(credentialsFor('secret', 'team'))['data'] as Record<string, string>

describe('the credentials', () => {
  test('contain the address of the Service in the namespace, and a URL for clients', () => {
    expect(credentialsFor('s3cret', 'team')).toEqual({
      host: 'redis.team.svc',
      port: '6379',
      password: 's3cret',
      url: 'redis://:s3cret@redis.team.svc:6379'
    })
  })

  test('contain a URL that clients can parse whatever the password is', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (password) => {
        const url = new URL(credentialsFor(password, 'team').url)
        expect(decodeURIComponent(url.password)).toBe(password)
        expect([url.username, url.hostname, url.port, url.pathname]).toEqual(['', 'redis.team.svc', '6379', ''])
      })
    )
  })

  test('become a Secret with data, so that server-side apply tracks each field', () => {
    const secret = credentialsSecret({ host: 'h', port: '1', password: 'p', url: 'u' })
    expect(secret).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'Opaque',
      metadata: { name: 'redis-credentials', labels: { 'app.kubernetes.io/name': 'redis' } },
      data: { host: base64('h'), port: base64('1'), password: base64('p'), url: base64('u') }
    })
  })

  test('are read back as they were written', () => {
    const password = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => text.trim() === text)
    fc.assert(
      fc.property(password, (secret) => {
        const credentials = credentialsFor(secret, 'team')
        expect(readCredentials(credentialsSecret(credentials), 'team')).toEqual(credentials)
      })
    )
  })
})

/** What a stored Secret is refused for; undefined if it can be used. */
function refusalOf(fields: Partial<Record<CredentialField, string>>, isRendered = false): Failure | undefined {
  const all = { ...credentialsFor(token, 'team'), ...fields }
  try {
    readCredentials(credentialsSecret(all), 'team', isRendered)
    return undefined
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

const token = randomBytes(16).toString('hex')
const urlOf = (address: string, password = token) => `redis://:${password}@${address}`
const prefix = 'Secret/redis-credentials in namespace team cannot be used: '

describe('a Secret with contradicting keys', () => {
  test.each<[string, Partial<Record<CredentialField, string>>, string]>([
    [
      'a password that was rotated without its URL',
      { password: 'next' },
      'key url has a different password than key password'
    ],
    ['a URL without the password', { url: 'redis://redis.team.svc:6379' }, 'key url has no password'],
    [
      'a URL without the colon',
      { url: `redis://${token}@redis.team.svc:6379` },
      'key url has the password where the user name belongs'
    ],
    [
      'a URL whose password is not encoded',
      { password: `${token}#1`, url: urlOf('redis.team.svc:6379', `${token}#1`) },
      'key url has the password without percent-encoding, so # in it cannot be read'
    ],
    ['no URL', { url: 'redis.team.svc:6379' }, 'key url must begin with rediss:// or redis://'],
    [
      'a URL of another namespace',
      { url: urlOf('redis.other.svc:6379') },
      'key url names a different host than key host (redis.team.svc)'
    ],
    [
      'a short name, which is of this namespace',
      { host: 'redis', url: urlOf('redis.other.svc:6379') },
      'key url names a different host than key host (redis)'
    ],
    [
      'a URL of another port',
      { url: urlOf('redis.team.svc:6380') },
      'key url names a different port than key port (6379)'
    ],
    ['an invalid port', { port: 'redis' }, 'key port must be an integer from 1 to 65535'],
    ['an invalid host', { host: 'my redis' }, 'key host must be a host name or an IP address'],
    [
      'what production left behind',
      {
        host: 'master.erp.abc123.apn2.cache.amazonaws.com',
        url: `rediss://:${token}@master.erp.abc123.apn2.cache.amazonaws.com`
      },
      'key host names an ElastiCache cache (master.erp.abc123.apn2.cache.amazonaws.com), not the Redis in this cluster'
    ]
  ])('is refused: %s', (_, fields, problem) => {
    expect(refusalOf(fields)).toMatchObject({ code: 'secret-field', message: `${prefix}${problem}` })
  })

  test.each<[string, Partial<Record<CredentialField, string>>]>([
    ['short names and long ones of one Service', { host: 'redis', url: urlOf('redis.team.svc.cluster.local:6379') }],
    [
      'short names and long ones of one pod',
      { host: 'redis-0.redis-headless.team.svc.cluster.local', url: urlOf('redis-0.redis-headless:6379') }
    ],
    ['names of a Service elsewhere', { host: 'redis.other', url: urlOf('redis.other.svc:6379') }],
    ['the usual port left out', { url: urlOf('redis.team.svc') }],
    ['a user and a database', { url: `redis://default:${token}@redis.team:6379/0` }],
    ['the URL of a proxy with TLS', { host: '10.0.0.7', port: '6380', url: `rediss://:${token}@10.0.0.7:6380` }],
    ['an IPv6 address', { host: 'fd00::1', url: urlOf('[fd00:0:0::1]:6379') }],
    ['a symbol that only some clients must have encoded', { password: 'p^w', url: urlOf('redis.team.svc', 'p^w') }],
    ['a password that no AUTH token could be', { password: 'p', url: urlOf('redis.team.svc', 'p') }]
  ])('is accepted with %s', (_, fields) => {
    expect(refusalOf(fields)).toBeUndefined()
  })

  test('is refused without showing the URL or a key that may be the password', () => {
    const { message, hint } = refusalOf({ host: token, url: urlOf('hunter2-and-more') }) ?? {}
    expect(`${message} ${hint}`).toContain('key url names a different host than key host')
    expect(`${message} ${hint}`).not.toMatch(new RegExp(`${token}|hunter2`))
  })

  test('is refused with a hint to the manifests that contain it', () => {
    expect(refusalOf({ password: 'next' }, true)?.hint).toBe(
      'correct Secret/redis-credentials in the manifests that include it'
    )
  })
})

describe('a stored Secret', () => {
  test.each([
    ['no password', { password: undefined }, 'key password is missing'],
    ['an empty password', { password: '' }, 'key password is empty'],
    ['a line end after the password', { password: base64('secret\n') }, 'key password begins or ends with white space'],
    ['a blank before the host', { host: base64(' redis') }, 'key host begins or ends with white space'],
    [
      'a password that is no UTF-8, which the url repeats',
      { password: Buffer.from([0xff, 0xfe]).toString('base64'), url: base64('redis://:%ff%fe@redis.team.svc:6379') },
      'key password is not UTF-8 text'
    ],
    ['a field of another type', { port: {} }, 'key port is empty']
  ])('is refused: %s', (_, change, problem) => {
    const failure = failureOf(() => readCredentials(stored({ ...good, ...change }), 'team'))
    expect(failure.code).toBe('secret-field')
    expect(failure.message).toBe(`Secret/redis-credentials in namespace team cannot be used: ${problem}`)
    expect(failure.hint).toContain('`kubectl -n team delete secret redis-credentials`')
  })

  test('is refused with every problem named and no value shown', () => {
    const { message, hint } = failureOf(() =>
      readCredentials(stored({ password: base64(' hunter2 '), url: '' }), 'team')
    )
    expect(message).toContain(
      'key host is missing, key port is missing, key password begins or ends with white space, key url is empty'
    )
    expect(message + hint).not.toContain('hunter2')
  })

  test('is refused with all four keys missing when it has no data', () => {
    const { message } = failureOf(() =>
      readCredentials({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'redis-credentials' } }, 'team')
    )
    expect(message.match(/is missing/g)).toHaveLength(4)
  })
})
