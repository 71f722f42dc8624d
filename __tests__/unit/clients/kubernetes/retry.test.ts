import { describe, expect, test } from '@jest/globals'
import { ApiError, NetworkError } from '../../../../src/clients/kubernetes/errors.ts'
import { apiRetryDelay } from '../../../../src/clients/kubernetes/retry.ts'

const network = new NetworkError(new URL('https://10.88.0.1'), { code: 'ECONNREFUSED' })
const status = (code: number, message = 'no', retryAfter?: number) => new ApiError(code, { message }, retryAfter)
const delays = (error: unknown, answered: boolean, elapsed = 0) =>
  [1, 2, 3, 4, 5, 20].map((attempt) => apiRetryDelay(error, { attempt, elapsed, answered }))
const growing = [300, 900, 2700]

describe('the retry of a request', () => {
  test.each([
    ['a connection that is refused', network],
    ['a server that is not ready', status(503)],
    ['etcd without a leader', status(500, 'etcdserver: no leader')]
  ])('has no limit after %s once the server has answered', (_, error) => {
    expect(delays(error, true)).toEqual([...growing, 2700, 2700, 2700])
  })

  test.each([
    ['a server that was never there', network, false],
    ['a webhook that fails', status(500, 'failed calling webhook'), true]
  ])('is limited to a few attempts after %s', (_, error, answered) => {
    expect(delays(error, answered)).toEqual([...growing, undefined, undefined, undefined])
  })

  test('waits as long as the server says', () => {
    expect(delays(status(429, 'too many', 20), false)).toEqual(Array(6).fill(20_000))
    expect(delays(status(503, 'soon', 0), true)).toEqual(Array(6).fill(100))
  })
})

test('does not follow a first connection that took long to fail', () => {
  expect(apiRetryDelay(network, { attempt: 1, elapsed: 4_000, answered: false })).toBeUndefined()
})

test('does not follow a refusal', () => {
  expect(delays(status(403), true)).toEqual(Array(6).fill(undefined))
})
