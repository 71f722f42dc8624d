import { expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../../../src/core/kubernetes/object.ts'
import { secretValuesOf } from '../../../../../src/phases/secret/validate/fields.ts'
import fc from '../../../../support/fast-check.ts'

function secret(fields: Record<string, string>): KubernetesObject {
  const data = Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, Buffer.from(value).toString('base64')])
  )
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'redis-credentials' }, data }
}

test.each<[string, Record<string, string>, string[]]>([
  ['nothing of a Secret that is empty', {}, []],
  [
    'password and url; host and port are none',
    { host: 'cache', port: '6379', password: 'pw-1', url: 'rediss://:pw-1@cache:6379' },
    ['pw-1', 'rediss://:pw-1@cache:6379']
  ],
  ['the password as stored and trimmed', { password: ' pw-1\n' }, [' pw-1\n', 'pw-1']],
  ['the password that was stored percent-encoded, in both forms', { password: 'a%23b' }, ['a%23b', 'a#b']],
  ['a password with a % of its own', { password: '100%' }, ['100%']],
  [
    'another password in the url, in both forms',
    { url: 'rediss://user:a%23b@cache' },
    ['rediss://user:a%23b@cache', 'rediss://user:a#b@cache', 'a%23b', 'a#b']
  ],
  ['a password in an invalid url', { url: 'rediss://:a/b@c#d@cache' }, ['rediss://:a/b@c#d@cache', 'a/b@c#d']],
  ['a password in a url without a scheme', { url: ':pw-1@cache' }, [':pw-1@cache', 'pw-1']],
  [
    'a token in the place of the user',
    { url: 'redis://a-token-of-20-chars-@cache' },
    ['redis://a-token-of-20-chars-@cache', 'a-token-of-20-chars-']
  ],
  ['no name of a user', { url: 'redis://default@cache' }, ['redis://default@cache']],
  ['a url that was stored as host', { host: 'rediss://:pw-1@cache' }, ['rediss://:pw-1@cache', 'pw-1']]
])('lists the secret values: %s', (_, fields, masks) => {
  expect(secretValuesOf(secret(fields)).sort()).toEqual(masks.sort())
})

test('includes the stored values themselves, whatever they are', () => {
  fc.assert(
    fc.property(fc.string(), fc.webUrl(), (password, url) => {
      expect(secretValuesOf(secret({ password, url }))).toEqual(
        expect.arrayContaining([url, ...(password === '' ? [] : [password])])
      )
    })
  )
})
