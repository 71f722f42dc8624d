import { describe, expect, test } from '@jest/globals'
import { credentialsFor, credentialsSecret, readCredentials } from '../../../src/apply/credentials.ts'
import type { KubernetesObject } from '../../../src/kubernetes-object.ts'
import fc from '../../support/fast-check.ts'
import { failureOf } from '../failure-of.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const stored = (data: Record<string, unknown>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'redis-credentials' },
  data
})
const good = credentialsSecret(credentialsFor('secret', 'team'))['data'] as Record<string, string>

describe('credentials', () => {
  test('name the Service of the namespace, and a URL for clients', () => {
    expect(credentialsFor('s3cret', 'team')).toEqual({
      host: 'redis.team.svc',
      port: '6379',
      password: 's3cret',
      url: 'redis://:s3cret@redis.team.svc:6379'
    })
  })

  test('have a URL that clients can take apart again, whatever the password', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (password) => {
        const url = new URL(credentialsFor(password, 'team').url)
        expect(decodeURIComponent(url.password)).toBe(password)
        expect([url.username, url.hostname, url.port, url.pathname]).toEqual(['', 'redis.team.svc', '6379', ''])
      })
    )
  })

  test('become a Secret with data, so that server-side apply keeps track of each field', () => {
    const secret = credentialsSecret({ host: 'h', port: '1', password: 'p', url: 'u' })
    expect(secret).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'Opaque',
      metadata: { name: 'redis-credentials', labels: { 'app.kubernetes.io/name': 'redis' } },
      data: { host: base64('h'), port: base64('1'), password: base64('p'), url: base64('u') }
    })
  })

  test('are read as they were written', () => {
    const password = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => text.trim() === text)
    fc.assert(
      fc.property(password, (secret) => {
        const credentials = credentialsFor(secret, 'team')
        expect(readCredentials(credentialsSecret(credentials), 'team')).toEqual(credentials)
      })
    )
  })
})

describe('a stored Secret cannot be used:', () => {
  test.each([
    ['no password', { password: undefined }, 'key password is missing'],
    ['an empty password', { password: '' }, 'key password is empty'],
    ['a line end after the password', { password: base64('secret\n') }, 'key password begins or ends with white space'],
    ['a blank before the host', { host: base64(' redis') }, 'key host begins or ends with white space'],
    ['a field of another type', { port: {} }, 'key port is empty']
  ])('%s', (_, change, problem) => {
    const failure = failureOf(() => readCredentials(stored({ ...good, ...change }), 'team'))
    expect(failure.code).toBe('secret-field')
    expect(failure.message).toBe(`Secret/redis-credentials in namespace team cannot be used: ${problem}`)
    expect(failure.hint).toContain('`kubectl -n team delete secret redis-credentials`')
  })

  test('all that is wrong is named, and no value', () => {
    const { message, hint } = failureOf(() =>
      readCredentials(stored({ password: base64(' hunter2 '), url: '' }), 'team')
    )
    expect(message).toContain(
      'key host is missing, key port is missing, key password begins or ends with white space, key url is empty'
    )
    expect(message + hint).not.toContain('hunter2')
  })

  test('a Secret without data lacks all four keys', () => {
    const { message } = failureOf(() =>
      readCredentials({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'redis-credentials' } }, 'team')
    )
    expect(message.match(/is missing/g)).toHaveLength(4)
  })
})
