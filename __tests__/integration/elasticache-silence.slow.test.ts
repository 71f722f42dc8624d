import { describe, expect, test } from '@jest/globals'
import { type Answer, page, refusal } from '../support/elasticache-api/answers.ts'
import { describedGroup } from '../support/elasticache-api/group.ts'
import { startAwsApi } from '../support/elasticache-api/server.ts'
import { closedPort } from '../support/redis/listen.ts'
import { asking } from './elasticache-asking.ts'
import { verifying } from './elasticache-verifying.ts'

const limits = { connection: 5_000, request: 10_000, all: 60_000 }

describe('a busy or unreachable AWS', () => {
  test('gets a throttled request again', async () => {
    const { failure, requests } = await verifying((_, number) =>
      number === 1 ? refusal(400, 'Throttling', 'Rate exceeded') : describedGroup()
    )
    expect(failure).toBeUndefined()
    expect(requests).toHaveLength(2)
  })

  test.each<[situation: string, answer: Answer, message: RegExp]>([
    ['throttles every request', refusal(400, 'Throttling', 'Rate exceeded'), /throttles this account: Rate exceeded$/],
    ['fails inside', refusal(500, 'InternalFailure', 'An internal error'), /HTTP status 500: An internal error$/],
    ['is not available', page(503), /HTTP status 503: /]
  ])('fails after three attempts if it %s', async (_situation, answer, message) => {
    const { failure, requests } = await verifying(() => answer)
    expect(failure).toMatchObject({ code: 'elasticache-unreachable', message: expect.stringMatching(message) })
    expect(requests).toHaveLength(3)
  })

  test('fails if it does not respond', async () => {
    const { failure } = await verifying(() => 'silence', { limits: { ...limits, request: 200 } })
    expect(failure).toMatchObject({
      code: 'elasticache-unreachable',
      message:
        'ElastiCache in eu-central-1 does not answer: a request has exceeded the configured 200 ms requestTimeout.'
    })
  })

  test.each([
    ['a proxy answers with its own page', 200],
    ['a proxy refuses', 407]
  ])('is distinguished from a proxy: %s', async (_situation, status) => {
    const { failure } = await verifying(() => page(status))
    expect(failure).toMatchObject({
      code: 'elasticache-unreachable',
      message: expect.stringMatching(`^ElastiCache in eu-central-1 answers with HTTP status ${status}: `)
    })
  })

  test.each<[situation: string, url: (api: string) => string | Promise<string>, said: RegExp]>([
    ['it hangs up', (api) => api, /^(socket hang up|read ECONNRESET|write EPIPE)$/],
    ['nobody listens', async () => `http://127.0.0.1:${closedPort}`, /^connect ECONNREFUSED /],
    ['its name is unknown, as with a region that does not exist', () => 'http://elasticache.invalid', /^getaddrinfo /]
  ])('fails with the network error: %s', async (_situation, url, said) => {
    await using api = await startAwsApi(() => 'hang-up')
    const { code, message, hint } = await asking({ AWS_ENDPOINT_URL: await url(api.url) })
    expect(code).toBe('elasticache-unreachable')
    expect(message).toMatch(/^ElastiCache in eu-central-1 does not answer: /)
    expect(message.replace(/^.*? answer: /, '')).toMatch(said)
    expect(hint).toContain('`curl -sS https://elasticache.eu-central-1.amazonaws.com`')
  })

  test('ends a cancelled run at once with its own reason', async () => {
    const cancelling = new AbortController()
    const reason = new Error('cancelled')
    const run = verifying(
      () => {
        cancelling.abort(reason)
        return 'silence'
      },
      { signal: cancelling.signal, limits }
    )
    await expect(run).rejects.toBe(reason)
  })
})
