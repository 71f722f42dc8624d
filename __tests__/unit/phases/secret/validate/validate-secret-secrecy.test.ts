import { expect, test } from '@jest/globals'
import type { Credentials } from '../../../../../src/core/credentials.ts'
import {
  invalidSecretFailure,
  secretChecks,
  secretProblems
} from '../../../../../src/phases/secret/validate/validate-secret.ts'
import { expectNoSecret } from '../../../../support/captured.ts'
import fc from '../../../../support/fast-check.ts'
import { encodings, portNumbers, secrets, stored, tokenHosts } from '../credentials.ts'

type Fields = { [key in keyof Credentials]?: string | undefined }

/** All text that the contract has to say about a Secret. */
function said(fields: Fields): string {
  const secret = stored(fields)
  const problems = secretProblems(secret)
  const { message, hint, evidence } = invalidSecretFailure(problems, 'team', 'hospital-erp/redis')
  return JSON.stringify([problems, message, hint, evidence, secretChecks(secret)])
}

function expectNothingOf({ password, url }: Fields, fields: Fields): void {
  const text = said(fields)
  expectNoSecret(text, [password, url].filter((value) => value !== undefined && value.length >= 16) as string[])
  const parts = Array.from({ length: Math.max((password ?? '').length - 7, 0) }, (_, start) =>
    (password ?? '').slice(start, start + 8)
  )
  expect(parts.filter((part) => text.includes(part))).toHaveLength(0)
}

/** Mistakes that people make, each one in fields that were right before or have another mistake already. */
const mistakes: ((fields: Credentials) => Fields)[] = [
  ({ password, ...fields }) => ({ ...fields, password: `${password}\n` }),
  ({ password, ...fields }) => ({ ...fields, password: encodeURIComponent(password) }),
  ({ password, ...fields }) => ({ ...fields, password: password.slice(0, 20) }),
  ({ url, ...fields }) => ({ ...fields, password: url, url }),
  (fields) => ({ ...fields, host: fields.url }),
  (fields) => ({ ...fields, host: fields.password }),
  (fields) => ({ ...fields, host: `${fields.password}.${fields.host}` }),
  (fields) => ({ ...fields, host: `${fields.password}@${fields.host}` }),
  (fields) => ({ ...fields, host: `${fields.host}:${fields.port}` }),
  (fields) => ({ ...fields, port: fields.password }),
  (fields) => ({ ...fields, port: fields.url }),
  (fields) => ({ ...fields, port: undefined }),
  (fields) => ({ ...fields, url: fields.password }),
  (fields) => ({ ...fields, url: `redis://${fields.password}` }),
  (fields) => ({ ...fields, url: `redis://user:${fields.password}@${fields.host}:${fields.port}` }),
  (fields) => ({ ...fields, url: `redis://${fields.password}@${fields.host}` }),
  (fields) => ({ ...fields, url: `${encodeURIComponent(fields.password)}://${fields.host}` }),
  (fields) => ({
    ...fields,
    url: `rediss://:${encodeURIComponent(encodeURIComponent(fields.password))}@${fields.host}`
  }),
  (fields) => ({ ...fields, url: `rediss://${fields.host}/${fields.password}` }),
  (fields) => ({ ...fields, url: fields.url.replace('rediss', fields.password) }),
  (fields) => ({ ...fields, url: fields.url.replace('@', '%@') })
]

test('never shows the password or the URL, whatever is wrong', () => {
  fc.assert(
    fc.property(
      tokenHosts,
      portNumbers,
      secrets,
      encodings,
      fc.array(fc.constantFrom(...mistakes), { minLength: 1, maxLength: 2 }),
      (host, port, password, encode, [first, second]) => {
        const right = { host, port, password, url: `rediss://:${encode(password)}@${host}:${port}` }
        const once: Fields = { ...right, ...first?.(right) }
        expectNothingOf(right, once)
        // A second mistake is made with the right values too, so that the secret is still that of a key or of the URL.
        const twice = second === undefined ? once : { ...once, ...changed(right, second(right)) }
        expectNothingOf({ ...right, url: twice.url }, { ...twice, password: twice.password ?? password })
      }
    ),
    { numRuns: 300 }
  )
})

test('does not show keys with swapped values', () => {
  fc.assert(
    fc.property(tokenHosts, fc.stringMatching(/^[a-z][a-z0-9]{30}$/), (host, password) => {
      const url = `rediss://:${password}@${host}:6379`
      expectNothingOf({ password }, { host: password, port: '6379', password: host, url })
      expectNothingOf(
        { password },
        { host: password, port: '6379', password: host, url: `rediss://${password}@${host}` }
      )
      expectNothingOf({ password }, { host: password, port: '6379', password, url })
      expectNothingOf({ password }, { host: `${password}.${host}`, port: '6379', password, url: undefined })
    })
  )
})

test('does not show a password of digits as a port', () => {
  const digits = '60606'
  const host = 'redis.example.com'
  const url = `redis://:${digits}@${host}:6379`
  expect(said({ host, port: digits, password: digits, url })).not.toContain(digits)
  expect(said({ host, port: digits, password: '6379', url })).not.toContain(digits)
})

function changed(right: Fields, wrong: Fields): Fields {
  return Object.fromEntries(Object.entries(wrong).filter(([key, value]) => right[key as keyof Fields] !== value))
}
