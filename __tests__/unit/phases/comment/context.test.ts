import { describe, expect, test } from '@jest/globals'
import { contextOf } from '../../../../src/phases/comment/context.ts'

const environment = {
  GITHUB_EVENT_NAME: 'pull_request',
  GITHUB_REPOSITORY: 'hospital/erp.web',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_API_URL: 'https://api.github.com',
  GITHUB_RUN_ID: '18273645546',
  GITHUB_RUN_ATTEMPT: '2'
}
const repository = { full_name: 'hospital/erp.web' }
const event = { pull_request: { number: 12, head: { repo: repository }, base: { repo: repository } } }
const pullRequest = { owner: 'hospital', repository: 'erp.web', number: 12, isFork: false }

describe('the pull request of a run', () => {
  test.each(['pull_request', 'pull_request_target'])('is read from the event %s', (name) => {
    expect(contextOf({ ...environment, GITHUB_EVENT_NAME: name }, event).pullRequest).toEqual(pullRequest)
  })

  test.each(['workflow_dispatch', 'push', 'merge_group', 'schedule', 'issue_comment', ''])(
    'is absent in the event %j',
    (name) => {
      expect(contextOf({ ...environment, GITHUB_EVENT_NAME: name }, event).pullRequest).toBeUndefined()
    }
  )

  test.each([
    ['no event file', undefined],
    ['an event without one', { action: 'opened' }],
    ['a number as text', { pull_request: { number: '12' } }],
    ['a number that would lead elsewhere', { pull_request: { number: '12/../../x' } }],
    ['zero', { pull_request: { number: 0 } }],
    ['a fraction', { pull_request: { number: 1.5 } }],
    ['more than a number can hold', { pull_request: { number: 2 ** 60 } }],
    ['a list', []],
    ['null', null]
  ])('is unknown: %s', (_, odd) => {
    expect(contextOf(environment, odd).pullRequest).toBeUndefined()
  })

  test.each(['', 'hospital', 'hospital/erp/more', '../..//x', 'a/b?c'])('is unknown in the repository %j', (name) => {
    const { pullRequest: found, runUrl } = contextOf({ ...environment, GITHUB_REPOSITORY: name }, event)
    expect({ found, runUrl }).toEqual({ found: undefined, runUrl: undefined })
  })

  test.each([
    ['of a fork', { full_name: 'mallory/erp' }],
    ['of a fork that was deleted', null]
  ])('has a read-only token: %s', (_, repo) => {
    const forked = { pull_request: { ...event.pull_request, head: { repo } } }
    expect(contextOf(environment, forked).pullRequest).toEqual({ ...pullRequest, isFork: true })
    // There the token is the one of the base branch.
    const target = { ...environment, GITHUB_EVENT_NAME: 'pull_request_target' }
    expect(contextOf(target, forked).pullRequest).toEqual(pullRequest)
  })
})

describe('the run', () => {
  test('has a number, an attempt and a page', () => {
    const { run, runUrl, apiUrl } = contextOf(environment, event)
    expect(run).toEqual({ id: 18273645546, attempt: 2 })
    expect(runUrl).toBe('https://github.com/hospital/erp.web/actions/runs/18273645546/attempts/2')
    expect(apiUrl).toBe('https://api.github.com')
  })

  test('has the addresses of its GitHub Enterprise Server', () => {
    const enterprise = { GITHUB_SERVER_URL: 'https://github.hospital.example:8443' }
    const api = { GITHUB_API_URL: 'https://github.hospital.example:8443/api/v3/' }
    const { runUrl, apiUrl } = contextOf({ ...environment, ...enterprise, ...api }, event)
    expect(runUrl).toMatch(/^https:\/\/github\.hospital\.example:8443\/hospital\//)
    expect(apiUrl).toBe('https://github.hospital.example:8443/api/v3')
  })

  test('is the first and oldest without variables', () => {
    expect(contextOf({}, undefined)).toEqual({
      pullRequest: undefined,
      run: { id: 0, attempt: 1 },
      runUrl: undefined,
      apiUrl: 'https://api.github.com'
    })
  })

  test.each(['javascript:alert(1)', 'https://x.example/)[a](b', ''])('has no page on the server %j', (server) => {
    expect(contextOf({ ...environment, GITHUB_SERVER_URL: server }, event).runUrl).toBeUndefined()
  })
})
