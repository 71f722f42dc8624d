import { describe, expect, test } from '@jest/globals'
import { errorFrom, toCommentError } from '../../../../src/clients/github/errors.ts'
import { sanitizeLine } from '../../../../src/core/sanitize.ts'
import fc from '../../../support/fast-check.ts'

const thrown = (status: number, data: unknown) => ({
  name: 'HttpError',
  status,
  request: { headers: { authorization: 'token [REDACTED]' } },
  response: { status, data, headers: {} }
})

describe('the sentence about a GitHub error', () => {
  test.each([
    ['the message', { message: 'Not Found' }, 'Not Found'],
    [
      'what is wrong in detail',
      { message: 'Validation Failed', errors: [{ message: 'Body is too long' }] },
      'Validation Failed: Body is too long'
    ],
    [
      'a code in detail',
      { message: 'Validation Failed', errors: [{ code: 'missing_field' }, {}] },
      'Validation Failed: missing_field'
    ],
    ['the status if there is no message', '<html>', 'HTTP status 422']
  ])('explains an error response: %s', (_, data, expected) => {
    expect(errorFrom(thrown(422, data), 'api.github.com').message).toBe(expected)
  })

  test.each([
    ['the code of a connection', { cause: { cause: { code: 'ENOTFOUND' } } }, 'api.github.com: ENOTFOUND'],
    ['how long it was waited for', { cause: { name: 'TimeoutError' } }, 'api.github.com: no answer within 11.0 s'],
    [
      'a body that is not JSON',
      { cause: { name: 'SyntaxError' } },
      'api.github.com: a response that is not from its API'
    ],
    [
      'nothing of a message, which may quote a header',
      { message: 'Headers.append: "token x"' },
      'api.github.com: no connection'
    ]
  ])('explains a request that got no response: %s', (_, error, expected) => {
    expect(errorFrom(error, 'api.github.com')).toMatchObject({ message: expected, status: undefined, wait: undefined })
  })

  test('never shows any part of the request, whatever was thrown', () => {
    fc.assert(
      fc.property(fc.anything(), (data) => {
        const error = errorFrom(thrown(403, data), 'api.github.com')
        expect(Object.keys(error).sort()).toEqual(['name', 'status', 'wait'])
        expect(error.cause).toBeUndefined()
        expect(error.message).toBe(sanitizeLine(error.message, 300))
      })
    )
  })
})

test('reports an unexpected error as a bug of this action', () => {
  expect(toCommentError(new TypeError('oops'), { isFork: false })).toEqual({
    reason: 'unexpected error: oops',
    hint: 'please report it with the log of this run'
  })
})
