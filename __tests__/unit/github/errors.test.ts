import { describe, expect, test } from '@jest/globals'
import { errorFrom, GitHubError } from '../../../src/github/errors.ts'
import { toRefusal } from '../../../src/github/refusal.ts'
import { retryDelay } from '../../../src/github/retry.ts'
import { harmlessLine } from '../../../src/untrusted-text.ts'
import fc from '../../support/fast-check.ts'

const date = 'Mon, 02 Nov 2026 09:30:00 GMT'
const now = Date.parse(date) / 1000
const thrown = (status: number, data: unknown, headers: Record<string, string> = {}) => ({
  name: 'HttpError',
  status,
  request: { headers: { authorization: 'token [REDACTED]' } },
  response: { status, data, headers: { date, ...headers } }
})

describe('how long GitHub wants to be left alone', () => {
  const secondary = { message: 'You have exceeded a secondary rate limit. Please wait a few minutes.' }
  test.each([
    ['retry-after', 403, secondary, { 'retry-after': '30' }, 30_000],
    ['retry-after before all else', 429, {}, { 'retry-after': '5', 'x-ratelimit-remaining': '0' }, 5_000],
    ['the end of the window', 403, {}, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now + 20) }, 21_000],
    [
      'a window that has ended',
      403,
      {},
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now - 20) },
      1_000
    ],
    ['a window without an end', 403, {}, { 'x-ratelimit-remaining': '0' }, 60_000],
    ['a secondary limit without a time', 403, secondary, {}, 60_000],
    ['429 without a word', 429, '', {}, 60_000],
    ['a retry-after that is a date', 429, {}, { 'retry-after': date }, 60_000],
    [
      'a refusal',
      403,
      { message: 'Resource not accessible by integration' },
      { 'x-ratelimit-remaining': '12' },
      undefined
    ],
    ['a server that fails', 503, {}, { 'retry-after': '30' }, undefined]
  ])('%s', (_, status, data, headers, expected) => {
    expect(errorFrom(thrown(status, data, headers), 'api.github.com').wait).toBe(expected)
  })
})

describe('what an error says', () => {
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
    ['the status where there is no message', '<html>', 'HTTP status 422']
  ])('%s', (_, data, expected) => {
    expect(errorFrom(thrown(422, data), 'api.github.com').message).toBe(expected)
  })

  test.each([
    ['the code of a connection', { cause: { cause: { code: 'ENOTFOUND' } } }, 'api.github.com: ENOTFOUND'],
    [
      'nothing of a message, which may quote a header',
      { message: 'Headers.append: "token x"' },
      'api.github.com: no connection'
    ]
  ])('without an answer: %s', (_, error, expected) => {
    expect(errorFrom(error, 'api.github.com')).toMatchObject({ message: expected, status: undefined, wait: undefined })
  })

  test('whatever was thrown, nothing of the request', () => {
    fc.assert(
      fc.property(fc.anything(), (data) => {
        const error = errorFrom(thrown(403, data), 'api.github.com')
        expect(Object.keys(error).sort()).toEqual(['name', 'status', 'wait'])
        expect(error.cause).toBeUndefined()
        expect(error.message).toBe(harmlessLine(error.message, 300))
      })
    )
  })
})

describe('a request is sent again', () => {
  test.each([
    ['after a broken connection', new GitHubError('x'), 1, 1_000],
    ['later each time', new GitHubError('x', 502), 3, 4_000],
    ['when GitHub wants it', new GitHubError('x', 403, 7_000), 1, 7_000],
    ['not at once, even if GitHub says so', new GitHubError('x', 429, 0), 1, 1_000],
    ['but not for ever', new GitHubError('x', 502), 4, undefined],
    ['but not for ever where GitHub limits', new GitHubError('x', 403, 1_000), 4, undefined],
    ['but not after a refusal', new GitHubError('x', 403), 1, undefined],
    ['but not after a bad request', new GitHubError('x', 422), 1, undefined]
  ])('%s', (_, error, attempt, expected) => {
    expect(retryDelay(error, attempt)).toBe(expected)
  })
})

test('an error of our own is called one', () => {
  expect(toRefusal(new TypeError('oops'), { isFork: false })).toEqual({
    reason: 'unexpected error: oops',
    hint: 'please report it with the log of this run'
  })
})
