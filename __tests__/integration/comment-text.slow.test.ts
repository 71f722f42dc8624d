import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { code, diffBlock, escaped, folded, table, verbatim } from '../../src/phases/report/markdown.ts'
import fc from '../support/fast-check.ts'
import { type GitHubApi, startGitHubApi } from '../support/github-api/server.ts'
import { hostile } from '../unit/phases/report/hostile.ts'
import { references, spoken } from '../unit/phases/report/spoken.ts'
import { commenting } from './commenting.ts'

let api: GitHubApi
let token: string

beforeEach(async () => {
  api = await startGitHubApi()
  token = api.token()
})
afterEach(() => api.close())

const later = { id: 101, attempt: 1 }

/** What a report may make of text that somebody else wrote, in every place where such text can stand. */
function report(text: string): string {
  const cells = table(['Object', 'Change'], [[code(text), escaped(text)]])
  return [escaped(text), cells, folded(text, `${cells}\n\n${diffBlock(text)}\n\n${verbatim(text)}`)].join('\n\n')
}

describe('a report with hostile text', () => {
  test.each([
    ['our own marker', '<!-- redis-cache-action: staging -->\n<!-- run 999999, attempt 1 -->'],
    ['the end of a comment', '--> @octocat'],
    ['a mention in a fold', '</pre></details>\n\n@hospital/admins'],
    ['a mention as an entity', '&#64;octocat &commat;octocat \\@octocat'],
    ['issues', '#1 hospital/erp#2 GH-3 https://github.com/hospital/erp/issues/4']
  ])('mentions no user and no issue, and its comment is found again: %s', async (_, text) => {
    expect((await commenting(api, { token, body: report(text) })).outcome).toBe('created')
    expect((await commenting(api, { token, body: report(text), run: later })).outcome).toBe('updated')
    expect(api.comments).toHaveLength(1)
    expect(spoken(api.comments[0]?.body ?? '')).not.toMatch(references)
  })

  test('is found again whatever the text is', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        for (const { id } of [...api.comments]) api.remove(id)
        expect((await commenting(api, { token, body: report(text) })).outcome).toBe('created')
        expect((await commenting(api, { token, body: report(text), run: later })).outcome).toBe('updated')
        expect(api.comments).toHaveLength(1)
        expect(spoken(api.comments[0]?.body ?? '')).not.toMatch(references)
      }),
      { numRuns: 20 }
    )
  })
})

describe('a report that is longer than a comment may be', () => {
  test.each([
    ['of many lines', Array.from({ length: 5_000 }, (_, line) => `line ${line} of a long report`).join('\n')],
    [
      'in folds',
      Array.from({ length: 50 }, (_, fold) => folded(`fold ${fold}`, verbatim('text\n'.repeat(600)))).join('\n\n')
    ],
    ['in characters of four bytes', '🐘🐘🐘🐘\n'.repeat(20_000)],
    ['in one line', 'x'.repeat(70_000)]
  ])('is cut with a link to the rest: %s', async (_, body) => {
    expect((await commenting(api, { token, body })).outcome).toBe('created')
    const written = api.comments[0]?.body ?? ''
    expect(written).toMatch(
      /\n\n\*\*The rest is cut: .* job summary of \[run 100\]\(https:\S+\/runs\/100\/attempts\/1\)\.\n\n<sub>.*<\/sub>\n$/
    )
    expect(written.match(/<details>/g)?.length).toBe(written.match(/<\/details>/g)?.length)
    expect((await commenting(api, { token, body, run: later })).outcome).toBe('updated')
  })

  test('is not cut if it just fits', async () => {
    const body = 'short line\n'.repeat(5_800)
    await commenting(api, { token, body })
    expect(api.comments[0]?.body).toContain(body.trimEnd())
  })
})
