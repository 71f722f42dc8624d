import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { GitHubClient } from '../../src/clients/github/client.ts'
import { GitHubError } from '../../src/clients/github/errors.ts'
import { systemClock } from '../../src/clients/runner/system-clock.ts'
import { Deadline } from '../../src/core/deadline.ts'
import { answers, type GitHubApi, startGitHubApi } from '../support/github-api/server.ts'
import { commenting } from './commenting.ts'

let api: GitHubApi
let token: string

beforeEach(async () => {
  api = await startGitHubApi()
  token = api.token()
})
afterEach(() => api.close())

const fork = { owner: 'hospital', repository: 'erp', number: 12, isFork: true }
const writes = () => api.requests.filter(({ method, path }) => method !== 'GET' && path !== '/graphql')

describe('a refused comment', () => {
  test('becomes a notice for the read-only token of a fork', async () => {
    const reader = api.token({ canWrite: false })
    const { outcome, notices } = await commenting(api, { token: reader, pullRequest: fork })
    const reason = 'the token of a pull request from a fork can only read (Resource not accessible by integration)'
    expect(outcome).toBe(`skipped: ${reason}`)
    expect(notices).toEqual([
      `there is no comment in pull request #12: ${reason}\n` +
        'read the job summary, which has the same content; `pull_request_target` is not a safe alternative'
    ])
    expect(writes()).toHaveLength(1)
  })

  test('becomes a notice for a token without the permission', async () => {
    const { notices } = await commenting(api, { token: api.token({ canWrite: false }) })
    expect(notices).toEqual([
      'there is no comment in pull request #12: the token may not comment (Resource not accessible by integration)\n' +
        'add `pull-requests: write` under `permissions:` of the job'
    ])
  })

  test('becomes a notice without a token', async () => {
    const { outcome, notices } = await commenting(api, { token: undefined })
    expect(outcome).toBe('skipped: there is no token')
    expect(notices).toEqual([expect.stringContaining('`github-token`')])
    expect(api.requests).toEqual([])
  })

  test('becomes a notice for an unknown token', async () => {
    const { outcome, notices } = await commenting(api, { token: 'ghs_of_yesterday' })
    expect(outcome).toBe('skipped: GitHub rejects the token (Bad credentials)')
    expect(notices).toEqual([expect.stringContaining('`github-token`')])
  })

  test('becomes a notice for a locked conversation', async () => {
    api.lock()
    const { outcome } = await commenting(api, { token })
    expect(outcome).toBe('skipped: GitHub accepts no comment (Unable to create comment because issue is locked.)')
  })

  test.each([
    [
      'an archived repository',
      answers.archived,
      /GitHub accepts no comment \(Repository was archived so is read-only\.\)/
    ],
    [
      'a repository that the token cannot see',
      answers.notFound,
      /the token may not comment \(Not Found\)\n.*permissions/
    ],
    ['a text that is refused', answers.tooLong, /rejects the comment \(Validation Failed: Body is too long \(maximum/]
  ])('becomes a notice: %s', async (_, reply, expected) => {
    api.fault({ method: 'POST', reply })
    const { outcome, notices, waited } = await commenting(api, { token })
    expect(outcome).toMatch(/^skipped: /)
    expect(notices.join()).toMatch(expected)
    expect(waited).toEqual([])
  })

  test('cannot bring workflow commands from GitHub to the runner', async () => {
    const message = '\u001b[31m::error::gotcha\n::set-output name=x::y ##[error]'
    api.fault({ method: 'POST', reply: { status: 422, body: { message } } })
    const { notices } = await commenting(api, { token })
    expect(notices.join('\n')).not.toMatch(/^\s*::|##\[/m)
    expect(notices.join('\n')).not.toContain('\u001b')
  })
})

describe('a rate limit', () => {
  test.each([403, 429] as const)('with retry-after is respected (secondary, %i)', async (status) => {
    api.fault({ method: 'POST', reply: answers.secondaryLimit(status, 7) })
    const { outcome, waited } = await commenting(api, { token })
    expect(outcome).toBe('created')
    expect(waited).toEqual([7_000])
    expect(api.comments).toHaveLength(1)
  })

  test.each([403, 429] as const)('is respected until its window ends (primary, %i)', async (status) => {
    api.fault({ method: 'GET', reply: answers.primaryLimit(status, 9) })
    const { outcome, waited } = await commenting(api, { token })
    expect(outcome).toBe('created')
    expect(waited).toHaveLength(1)
    expect(waited[0]).toBeGreaterThan(7_000)
    expect(waited[0]).toBeLessThanOrEqual(11_000)
  })

  test.each([
    ['secondary, without a time: a minute', answers.secondaryLimit(403), 60_000, '1 min'],
    ['almost as long as a comment may take', answers.secondaryLimit(403, 170), 170_000, '2 min 50 s']
  ])('is respected and logged: %s', async (_, reply, milliseconds, shown) => {
    api.fault({ method: 'POST', reply })
    const { outcome, notices, waited, log } = await commenting(api, { token })
    expect(outcome).toBe('created')
    expect(waited).toEqual([milliseconds])
    expect(log).toEqual([`GitHub limits requests: waiting ${shown}`])
    expect(notices).toEqual([])
    expect(api.comments).toHaveLength(1)
  })

  test('that exceeds the time for a comment ends at once with a notice', async () => {
    api.fault({ method: 'POST', reply: answers.secondaryLimit(403, 200) })
    const { outcome, notices, waited } = await commenting(api, { token })
    expect(outcome).toContain('wait 3 min 20 s')
    expect(notices).toEqual([expect.stringMatching(/\nrun the job again later, or read the job summary/)])
    expect(waited).toEqual([])
    expect(api.comments).toEqual([])
  })

  test.each([8, 50])('that is repeated ends with a notice in time: %i s', async (seconds) => {
    api.fault({ times: 100, reply: answers.secondaryLimit(403, seconds) })
    const { outcome, waited } = await commenting(api, { token })
    expect(outcome).toMatch(/^skipped: GitHub limits requests/)
    expect(waited).toEqual(Array.from({ length: 2 }, () => seconds * 1000))
  })

  test('counts for all requests together, up to three minutes', async () => {
    api.fault({ method: 'GET', times: 2, reply: answers.secondaryLimit(403, 60) })
    api.fault({ method: 'POST', times: 2, reply: answers.secondaryLimit(403, 60) })
    const { outcome, waited } = await commenting(api, { token })
    expect(outcome).toMatch(/^skipped: GitHub limits requests/)
    expect(waited).toEqual([60_000, 60_000])
    expect(api.comments).toEqual([])
  })

  test('without an explanation is not retried', async () => {
    api.fault({ method: 'POST', reply: { status: 429, body: '', headers: { 'retry-after': '5' } } })
    const { outcome, notices, waited } = await commenting(api, { token })
    expect(outcome).toBe('skipped: GitHub limits requests (HTTP status 429)')
    expect(notices).toEqual([expect.stringMatching(/\nrun the job again later, or read the job summary/)])
    expect(waited).toEqual([])
    expect(writes()).toHaveLength(1)
  })
})

describe('an unavailable GitHub', () => {
  test.each([
    ['502 and a page of HTML', answers.unavailable],
    ['503 in JSON', { status: 503, body: { message: 'Service unavailable' } }],
    ['a broken connection', 'reset' as const],
    ['half of a JSON text', { status: 200, body: '[{"id": 1, "bo' }],
    ['a page of HTML with status 200', { status: 200, body: '<html>Log in</html>' }]
  ])('is tried again: %s', async (_, reply) => {
    api.fault({ method: 'GET', times: 2, reply })
    const { outcome, waited } = await commenting(api, { token })
    expect(outcome).toBe('created')
    expect(waited).toEqual([1_000, 4_000])
  })

  test.each([
    ['502', answers.unavailable],
    ['a broken connection', 'reset' as const]
  ])('gets a comment again that it did not write: %s', async (_, reply) => {
    api.fault({ method: 'POST', reply })
    expect((await commenting(api, { token })).outcome).toBe('created')
    expect(api.comments).toHaveLength(1)
  })

  test('gets one comment if the response is lost', async () => {
    api.fault({ method: 'POST', reply: 'lose-answer' })
    expect((await commenting(api, { token })).outcome).toBe('created')
    expect(writes()).toHaveLength(1)
    expect(api.comments).toHaveLength(1)
  })

  test('has deleted a comment if the response is lost', async () => {
    await commenting(api, { token })
    const [first] = api.comments
    api.write('github-actions[bot]', first?.body ?? '')
    api.fault({ method: 'DELETE', reply: 'lose-answer' })
    expect((await commenting(api, { token, run: { id: 101, attempt: 1 } })).outcome).toBe('updated')
    expect(api.comments).toHaveLength(1)
  })

  test('is given up after the second failed write', async () => {
    api.fault({ method: 'POST', times: 2, reply: answers.unavailable })
    expect((await commenting(api, { token })).outcome).toBe('skipped: GitHub fails (HTTP status 502)')
    expect(writes()).toHaveLength(2)
    expect(api.comments).toEqual([])
  })

  test('ends with a notice in time if it never recovers', async () => {
    api.fault({ times: 100, reply: answers.unavailable })
    const { outcome, notices, waited } = await commenting(api, { token })
    expect(outcome).toBe('skipped: GitHub fails (HTTP status 502)')
    expect(notices).toHaveLength(1)
    expect(waited.reduce((sum, wait) => sum + wait, 0)).toBeLessThan(30_000)
  })

  test('ends with a notice that names it if it is unreachable', async () => {
    await api.close()
    const { outcome, notices } = await commenting(api, { token })
    expect(outcome).toBe(`skipped: GitHub does not answer (${new URL(api.url).host}: ECONNREFUSED)`)
    expect(notices.join()).toContain('`GITHUB_API_URL`')
  })

  test('is awaited only as long as a comment may take', async () => {
    api.fault({ times: 100, reply: 'hang' })
    const { outcome } = await commenting(api, { token }, { deadline: new Deadline(systemClock, 300) })
    expect(outcome).toMatch(/^skipped: GitHub does not answer \(.*: (no answer|not done) within (0\.[0-3] s|\d+ ms)\)$/)
  })

  test('is not requested again after that time', async () => {
    api.fault({ times: 100, reply: 'hang' })
    const deadline = new Deadline(systemClock, 50)
    const client = new GitHubClient({ apiUrl: api.url, token, deadline, log: () => {} })
    const ask = () => client.request((octokit) => octokit.request('GET /zen'))
    await expect(ask()).rejects.toThrow(GitHubError)
    const count = api.requests.length
    await expect(ask()).rejects.toThrow(/: not done within 50 ms$/)
    expect(api.requests).toHaveLength(count)
  })
})

describe('the token', () => {
  test('is not shown if it is invalid in a header', async () => {
    // The message of fetch would quote it.
    const broken = `${token}\nx-evil: 1`
    const { outcome } = await commenting(api, { token: broken })
    expect(outcome).toMatch(/^skipped: GitHub does not answer/)
  })

  test('is not logged, whatever the API replies', async () => {
    const words: unknown[] = []
    const original = { ...console }
    const record = (...said: unknown[]) => void words.push(...said)
    Object.assign(console, { log: record, info: record, warn: record, error: record, debug: record })
    try {
      const headers = { deprecation: 'Sat, 01 Jan 2028 00:00:00 GMT', sunset: 'Sun, 01 Jan 2029 00:00:00 GMT' }
      api.fault({ method: 'GET', reply: { status: 200, body: [], headers } })
      api.fault({ method: 'POST', reply: { ...answers.noBody, headers } })
      expect((await commenting(api, { token })).outcome).toMatch(/^skipped/)
    } finally {
      Object.assign(console, original)
    }
    expect(words).toEqual([])
  })

  test('is not sent to another server that a link names', async () => {
    await using other = await startGitHubApi()
    const link = `<${other.url}/repositories/1/issues/12/comments?per_page=100&page=2>; rel="next"`
    api.fault({ method: 'GET', reply: { status: 200, body: [], headers: { link } } })
    expect((await commenting(api, { token })).outcome).toBe('created')
    expect(other.requests).toEqual([])
  })
})
