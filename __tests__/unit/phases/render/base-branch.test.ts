import { expect, test } from '@jest/globals'
import { branchName, refsOf } from '../../../../src/phases/render/base-branch.ts'
import fc from '../../../support/fast-check.ts'

test.each([
  'main',
  'feature/a-b_c.d',
  'dependabot/npm_and_yarn/x-1.2.3',
  'ümläut',
  'a@b',
  "it's",
  '1',
  'x'.repeat(250)
])('accepts the branch name %s', (name) => {
  expect(branchName(name)).toBe(name)
})

test.each([
  '',
  '-',
  '--upload-pack=touch /x',
  '-main',
  '@',
  'a..b',
  'main@{1}',
  'main:path',
  ':/text',
  'main~1',
  'main^',
  'main^{/regex}',
  'a b',
  'a\tb',
  'a\nb',
  'a\u0000b',
  'a\u009bb',
  'a?',
  'a*',
  'a[b',
  'a\\b',
  'a`b',
  '/a',
  'a/',
  'a//b',
  '.a',
  'a/.b',
  'a.',
  'a.lock',
  'a.lock/b',
  '../../etc/passwd',
  'x'.repeat(251)
])('refuses the branch name %j', (name) => {
  expect(branchName(name)).toBeUndefined()
})

test('looks up only names that start with refs/, or full commit hashes', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab01/.-@{~^: \\\n\u0000ü') }), (text) => {
      const name = branchName(text)
      if (name === undefined) return
      for (const ref of refsOf(name))
        expect(ref).toMatch(/^(refs\/(remotes\/origin|heads|tags)\/[^-~^: ][^~^: ]*|[0-9a-f]{40})$/)
    })
  )
  expect(refsOf('main')).toEqual(['refs/remotes/origin/main', 'refs/heads/main', 'refs/tags/main'])
  expect(refsOf('0123456789'.repeat(4))[0]).toBe('0123456789'.repeat(4))
})
