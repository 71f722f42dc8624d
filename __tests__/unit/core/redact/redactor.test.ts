import { describe, expect, test } from '@jest/globals'
import { Redactor } from '../../../../src/core/redact/redactor.ts'
import fc from '../../../support/fast-check.ts'

function redactionOf(...secrets: string[]): { redactor: Redactor; told: string[] } {
  const told: string[] = []
  const redactor = new Redactor((value) => told.push(value))
  for (const secret of secrets) redactor.add(secret)
  return { redactor, told }
}

describe('the redactor', () => {
  const secret = 'p@ss "w0rd"/ü'

  test.each([
    ['as it is', `requirepass ${secret}.`, 'requirepass ***.'],
    ['URL-encoded', `redis://:${encodeURIComponent(secret)}@redis`, 'redis://:***@redis'],
    ['escaped as in JSON', `{"password":${JSON.stringify(secret)}}`, '{"password":"***"}'],
    ['as base64', `password: ${Buffer.from(secret).toString('base64')}`, 'password: ***'],
    ['several times', `${secret}${secret} ${secret}`, '****** ***']
  ])('removes a secret %s', (_, text, redacted) => {
    expect(redactionOf(secret).redactor.redact(text)).toBe(redacted)
  })

  test('removes a secret that contains another one completely', () => {
    const { redactor: redaction } = redactionOf('token', 'token-of-production')
    expect(redaction.redact('token-of-production, token')).toBe('***, ***')
  })

  test('treats regular expression characters in a secret literally', () => {
    expect(redactionOf('a.*$&(b').redactor.redact('a.*$&(b axx$&(b')).toBe('*** axx$&(b')
  })

  test('masks a secret at the runner at once, and its URL-encoded form where that differs', () => {
    expect(redactionOf('a/b').told).toEqual(['a/b', 'a%2Fb'])
    expect(redactionOf('plain').told).toEqual(['plain'])
  })

  test('masks a secret at the runner once, however often it is added', () => {
    expect(redactionOf('plain', 'plain', 'plain').told).toEqual(['plain'])
  })

  test('ignores an empty secret, which would match everywhere', () => {
    const { redactor: redaction, told } = redactionOf('')
    expect(told).toEqual([])
    expect(redaction.redact('text')).toBe('text')
  })
})

test('leaves every text unchanged without secrets', () => {
  const { redactor: redaction } = redactionOf()
  fc.assert(fc.property(fc.string(), (text) => redaction.redact(text) === text))
})

test('leaves no part of several secrets in any text', () => {
  const secret = fc.string({ unit: fc.constantFrom('a', 'b', '1', '"', '/'), minLength: 3, maxLength: 8 })
  fc.assert(
    fc.property(fc.array(secret, { minLength: 1, maxLength: 4 }), fc.string(), (secrets, between) => {
      const { redactor: redaction } = redactionOf(...secrets)
      const redacted = redaction.redact(secrets.join(between))
      return secrets.every((each) => !redacted.includes(each))
    })
  )
})
