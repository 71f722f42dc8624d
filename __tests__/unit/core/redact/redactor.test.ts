import { describe, expect, test } from '@jest/globals'
import { Redactor } from '../../../../src/core/redact/redactor.ts'
import fc from '../../../support/fast-check.ts'

function redactionOf(...secrets: string[]): { redactor: Redactor; told: string[] } {
  const told: string[] = []
  const redactor = new Redactor((value) => told.push(value))
  for (const secret of secrets) redactor.add(secret)
  return { redactor, told }
}

describe('a secret', () => {
  const secret = 'p@ss "w0rd"/ü'

  test.each([
    ['as it is', `requirepass ${secret}.`, 'requirepass ***.'],
    ['URL-encoded', `redis://:${encodeURIComponent(secret)}@redis`, 'redis://:***@redis'],
    ['escaped as in JSON', `{"password":${JSON.stringify(secret)}}`, '{"password":"***"}'],
    ['as base64', `password: ${Buffer.from(secret).toString('base64')}`, 'password: ***'],
    ['several times', `${secret}${secret} ${secret}`, '****** ***']
  ])('is taken out %s', (_, text, redacted) => {
    expect(redactionOf(secret).redactor.redact(text)).toBe(redacted)
  })

  test('that contains another one leaves no rest', () => {
    const { redactor: redaction } = redactionOf('token', 'token-of-production')
    expect(redaction.redact('token-of-production, token')).toBe('***, ***')
  })

  test('with characters that patterns know is taken literally', () => {
    expect(redactionOf('a.*$&(b').redactor.redact('a.*$&(b axx$&(b')).toBe('*** axx$&(b')
  })

  test('is told to the runner at once, URL-encoded too where that differs', () => {
    expect(redactionOf('a/b').told).toEqual(['a/b', 'a%2Fb'])
    expect(redactionOf('plain').told).toEqual(['plain'])
  })

  test('is told once, however often it is added', () => {
    expect(redactionOf('plain', 'plain', 'plain').told).toEqual(['plain'])
  })

  test('that is empty is none: it would be everywhere', () => {
    const { redactor: redaction, told } = redactionOf('')
    expect(told).toEqual([])
    expect(redaction.redact('text')).toBe('text')
  })
})

test('without secrets every text stays as it is', () => {
  const { redactor: redaction } = redactionOf()
  fc.assert(fc.property(fc.string(), (text) => redaction.redact(text) === text))
})

test('none of several secrets can be read in any text', () => {
  const secret = fc.string({ unit: fc.constantFrom('a', 'b', '1', '"', '/'), minLength: 3, maxLength: 8 })
  fc.assert(
    fc.property(fc.array(secret, { minLength: 1, maxLength: 4 }), fc.string(), (secrets, between) => {
      const { redactor: redaction } = redactionOf(...secrets)
      const redacted = redaction.redact(secrets.join(between))
      return secrets.every((each) => !redacted.includes(each))
    })
  )
})
