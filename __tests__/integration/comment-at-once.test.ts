import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { answers, type GitHubApi, startGitHubApi } from '../support/github-api/server.ts'
import { commenting } from './commenting.ts'

let api: GitHubApi
let token: string

beforeEach(async () => {
  api = await startGitHubApi()
  token = api.token()
})
afterEach(() => api.close())

const comments = /\/comments$/
const bodies = () => api.comments.map(({ body }) => body)

/** Two runs of which neither sees the comment of the other before it has written its own. */
function together(one: number, other: number) {
  api.fault({ method: 'GET', path: comments, times: 2, reply: { meeting: 2 } })
  api.fault({ method: 'POST', path: comments, times: 2, reply: { meeting: 2 } })
  return Promise.all(
    [one, other].map((id) => commenting(api, { token, body: `text of ${id}`, run: { id, attempt: 1 } }))
  )
}

test.each([
  ['the first is the older run', 100, 101],
  ['the first is the newer run', 101, 100]
])('leaves the comment of the newer run where two runs create one: %s', async (_, one, other) => {
  const runs = await together(one, other)
  expect(api.requests.filter(({ method }) => method === 'POST').filter(({ path }) => comments.test(path))).toHaveLength(
    2
  )
  expect(bodies()).toEqual([expect.stringContaining('text of 101')])
  expect(runs.flatMap(({ notices }) => notices)).toEqual([])
})

test('leaves one comment of two jobs of the same run', async () => {
  await together(100, 100)
  expect(bodies()).toEqual([expect.stringContaining('text of 100')])
})

test('keeps the comments of two environments of one run', async () => {
  api.fault({ method: 'GET', path: comments, times: 2, reply: { meeting: 2 } })
  await Promise.all(['staging', 'production'].map((environment) => commenting(api, { token, environment })))
  expect(
    bodies()
      .map((body) => body.split('\n')[0])
      .sort()
  ).toEqual(['<!-- redis-cache-action: production -->', '<!-- redis-cache-action: staging -->'])
})

test('removes what a run left that was cancelled between two requests', async () => {
  await commenting(api, { token, body: 'first' })
  api.write('github-actions[bot]', bodies()[0]?.replace('run 100', 'run 101') ?? '')
  api.write('octocat', 'a comment between')
  const { outcome } = await commenting(api, { token, body: 'third', run: { id: 102, attempt: 1 } })
  expect(outcome).toBe('updated')
  expect(bodies()).toEqual([expect.stringContaining('third'), 'a comment between'])
})

test('writes the comment again that was deleted between search and update', async () => {
  await commenting(api, { token })
  const graphql = /graphql/
  api.fault({ path: graphql, times: 2, reply: { meeting: 2 } })
  const commented = commenting(api, { token, body: 'new', run: { id: 101, attempt: 1 } })
  while (!api.requests.some(({ path }) => graphql.test(path))) await new Promise((resolve) => setImmediate(resolve))
  for (const { id } of [...api.comments]) api.remove(id)
  await fetch(`${api.url}/graphql`, { method: 'POST' })
  expect((await commented).outcome).toBe('created')
  expect(bodies()).toEqual([expect.stringContaining('new')])
})

test('does not wait for a deleted comment that is still listed', async () => {
  await commenting(api, { token })
  api.fault({ method: 'PATCH', times: 100, reply: answers.notFound })
  const { outcome } = await commenting(api, { token, body: 'new', run: { id: 101, attempt: 1 } })
  expect(outcome).toBe('created')
  expect(bodies().at(-1)).toContain('new')
})

test('creates no second comment if the list is out of date', async () => {
  api.fault({ method: 'GET', path: comments, times: 2, reply: { status: 200, body: [] } })
  expect((await commenting(api, { token })).outcome).toBe('created')
  expect(bodies()).toHaveLength(1)
})
