import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { answers, type GitHubApi, startGitHubApi } from '../support/github-api/server.ts'
import { commenting } from './commenting.ts'

let api: GitHubApi
let token: string

beforeEach(async () => {
  api = await startGitHubApi()
  token = api.token()
})
afterEach(() => api.close())

const bot = 'github-actions[bot]'
const bodies = () => api.comments.map(({ body }) => body)
const said = () => api.requests.map(({ method, path }) => `${method} ${path.replace(/\d{6,}$/, 'ID')}`)
const list = '/repos/hospital/erp/issues/12/comments'

describe('the first comment of an environment', () => {
  test('has hidden markers, the report and a link to the run', async () => {
    const { outcome, notices } = await commenting(api, { token, body: '### Redis cache: 2 to change\n\ndetails' })
    expect(outcome).toBe('created')
    expect(notices).toEqual([])
    expect(bodies()).toEqual([
      [
        '<!-- redis-cache-action: staging -->',
        '<!-- run 100, attempt 1 -->',
        '### Redis cache: 2 to change',
        '',
        'details',
        '',
        '<sub>[run 100](https://github.com/hospital/erp/actions/runs/100/attempts/1), attempt 1</sub>',
        ''
      ].join('\n')
    ])
    expect(said()).toEqual([`GET ${list}`, `POST ${list}`, `GET ${list}`])
  })

  test('is not written by auto where nothing changes', async () => {
    const { outcome, notices } = await commenting(api, { token, hasNews: false })
    expect(outcome).toBe('skipped: nothing changes and nothing failed')
    expect(notices).toEqual([])
    expect(bodies()).toEqual([])
  })

  test('is written by always', async () => {
    expect((await commenting(api, { token, hasNews: false, mode: 'always' })).outcome).toBe('created')
  })

  test.each([
    ['never', { mode: 'never' as const }],
    ['a run that is for no pull request', { pullRequest: undefined }],
    ['a name that could end the marker', { environment: 'staging --> <b>' }]
  ])('is not written for %s, and no request is made', async (_, inputs) => {
    const { outcome, notices } = await commenting(api, { token, mode: 'always', ...inputs })
    expect(outcome).toMatch(/^skipped: /)
    expect(notices).toEqual([])
    expect(api.requests).toEqual([])
  })
})

describe('the comment of the next run', () => {
  beforeEach(async () => {
    await commenting(api, { token, body: 'the old text' })
  })

  test('is an update in place', async () => {
    const before = api.requests.length
    const { outcome } = await commenting(api, { token, body: 'the new text', run: { id: 101, attempt: 1 } })
    expect(outcome).toBe('updated')
    expect(bodies()).toEqual([expect.stringContaining('<!-- run 101, attempt 1 -->\nthe new text\n')])
    expect(said().slice(before)).toEqual([
      `GET ${list}`,
      'POST /graphql',
      'PATCH /repos/hospital/erp/issues/comments/ID'
    ])
  })

  test('is updated when nothing changes any more, so that no old plan remains', async () => {
    const { outcome } = await commenting(api, {
      token,
      hasNews: false,
      body: 'no change',
      run: { id: 101, attempt: 1 }
    })
    expect(outcome).toBe('updated')
    expect(bodies()).toEqual([expect.stringContaining('no change')])
  })

  test('is found after an edit in the browser, which stores CR LF', async () => {
    const [comment] = api.comments
    if (comment !== undefined) comment.body = comment.body.replaceAll('\n', '\r\n')
    expect((await commenting(api, { token, body: 'new', run: { id: 101, attempt: 1 } })).outcome).toBe('updated')
    expect(bodies()).toEqual([expect.stringContaining('\nnew\n')])
  })

  test('is created again if it was deleted', async () => {
    for (const { id } of [...api.comments]) api.remove(id)
    expect((await commenting(api, { token, run: { id: 101, attempt: 1 } })).outcome).toBe('created')
    expect(bodies()).toHaveLength(1)
  })

  test('is not sent if run and text are the same', async () => {
    const { outcome } = await commenting(api, { token, body: 'the old text' })
    expect(outcome).toBe('unchanged')
    expect(api.requests.filter(({ method }) => method === 'PATCH')).toEqual([])
  })

  test.each([
    ['an older run that is late', { id: 99, attempt: 3 }],
    // As text, 20 comes after 100.
    ['a run with fewer digits', { id: 20, attempt: 1 }]
  ])('is not overwritten by %s', async (_, run) => {
    const { outcome, notices } = await commenting(api, { token, body: 'older', run })
    expect(outcome).toBe('skipped: a newer run has commented')
    expect(notices).toEqual([])
    expect(bodies()).toEqual([expect.stringContaining('the old text')])
  })

  test('is newer if the same run is repeated', async () => {
    expect((await commenting(api, { token, body: 'again', run: { id: 100, attempt: 2 } })).outcome).toBe('updated')
    expect(bodies()).toEqual([expect.stringContaining('again')])
  })
})

test('is separate for each environment', async () => {
  for (const environment of ['staging', 'staging-2', 'production', 'staging', 'production']) {
    await commenting(api, { token, environment, body: `plan of ${environment}` })
  }
  expect(bodies().map((body) => body.split('\n')[2])).toEqual([
    'plan of staging',
    'plan of staging-2',
    'plan of production'
  ])
})

describe('a long conversation', () => {
  const talk = (count: number) => {
    for (let index = 0; index < count; index++) api.write(`user-${index}`, `comment ${index}`)
  }
  const pages = () => api.requests.filter(({ method }) => method === 'GET').map(({ query }) => query.get('page'))

  test('of 250 comments is read page by page until the comment is found', async () => {
    talk(210)
    await commenting(api, { token, body: 'old' })
    talk(40)
    const before = pages().length
    const { outcome } = await commenting(api, { token, body: 'new', run: { id: 101, attempt: 1 } })
    expect(outcome).toBe('updated')
    expect(pages().slice(before)).toEqual(['1', '2', '3'])
    expect(bodies().filter((body) => body.startsWith('<!--'))).toEqual([expect.stringContaining('new')])
  })

  test('is read up to a limit', async () => {
    await commenting(api, { token, body: 'old' })
    talk(250)
    const before = pages().length
    await commenting(api, { token, body: 'new', run: { id: 101, attempt: 1 } })
    expect(pages().slice(before)).toEqual(['1'])
  })

  test('of exactly one page is read with one request', async () => {
    talk(100)
    expect((await commenting(api, { token, mode: 'auto', hasNews: false })).outcome).toMatch(/^skipped/)
    expect(pages()).toEqual(['1'])
  })
})

describe('a foreign comment that starts with our marker', () => {
  const copy = '<!-- redis-cache-action: staging -->\n<!-- run 999999, attempt 1 -->\nAll is well, merge it.'

  test.each([
    ['a person', 'mallory'],
    ['another bot', 'preview[bot]'],
    ['a person whose name looks like the one of the bot', 'github-actions']
  ])('is left alone: %s', async (_, author) => {
    const foreign = api.write(author, copy)
    expect((await commenting(api, { token, body: 'ours' })).outcome).toBe('created')
    expect((await commenting(api, { token, body: 'newer', run: { id: 101, attempt: 1 } })).outcome).toBe('updated')
    expect(foreign.body).toBe(copy)
    expect(bodies()).toEqual([copy, expect.stringContaining('newer')])
  })

  test('does not hide the comment on a later page', async () => {
    for (let index = 0; index < 120; index++) api.write('mallory', copy)
    await commenting(api, { token, body: 'ours' })
    expect((await commenting(api, { token, body: 'newer', run: { id: 101, attempt: 1 } })).outcome).toBe('updated')
    expect(bodies().at(-1)).toContain('newer')
    expect(bodies()).toHaveLength(121)
  })

  test('is recognised by its first line if it has our author', async () => {
    const other = api.write(bot, `about another tool\n${copy}`)
    expect((await commenting(api, { token })).outcome).toBe('created')
    expect(other.body).toContain('another tool')
  })
})

describe('the author of the comment', () => {
  test('is the user of the token', async () => {
    const own = api.token({ login: 'deployer', type: 'User' })
    await commenting(api, { token: own, body: 'old' })
    expect((await commenting(api, { token: own, body: 'new', run: { id: 101, attempt: 1 } })).outcome).toBe('updated')
    expect(api.comments).toMatchObject([{ author: 'deployer', body: expect.stringContaining('new') }])
  })

  test('is the bot of the workflow if GitHub does not name it', async () => {
    await commenting(api, { token, body: 'old' })
    api.fault({ path: /graphql/, reply: answers.notFound })
    expect((await commenting(api, { token, body: 'new', run: { id: 101, attempt: 1 } })).outcome).toBe('updated')
    expect(bodies()).toHaveLength(1)
  })

  test('is read from the created comment, to delete duplicates', async () => {
    const own = api.token({ login: 'deployer', type: 'User' })
    await commenting(api, { token: own, body: 'old' })
    const refused = { status: 200, body: { errors: [{ type: 'FORBIDDEN', message: 'no' }] } }
    api.fault({ path: /graphql/, reply: refused })
    expect((await commenting(api, { token: own, body: 'new', run: { id: 101, attempt: 1 } })).outcome).toBe('updated')
    expect(bodies()).toEqual([expect.stringContaining('new')])
  })
})

test('uses the API paths of GitHub Enterprise Server', async () => {
  await using enterprise = await startGitHubApi({ prefix: '/api/v3' })
  const own = enterprise.token({ login: 'deployer', type: 'User' })
  for (let index = 0; index < 100; index++) enterprise.write('user', `comment ${index}`)
  await commenting(enterprise, { token: own, body: 'old' })
  const run = { id: 101, attempt: 1 }
  expect((await commenting(enterprise, { token: own, body: 'new', run })).outcome).toBe('updated')
  expect(enterprise.comments).toHaveLength(101)
  const posted = enterprise.requests.filter(({ method }) => method === 'POST').map(({ path }) => path)
  expect(posted).toEqual([list, '/api/graphql'])
})
