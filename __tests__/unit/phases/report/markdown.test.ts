import { describe, expect, test } from '@jest/globals'
import { code, escaped, folded, table, verbatim } from '../../../../src/phases/report/markdown.ts'
import fc from '../../../support/fast-check.ts'
import { hostile } from './hostile.ts'
import { references, spoken } from './spoken.ts'

describe('text in a paragraph or a cell', () => {
  test.each([
    ['HTML', '<img src=x onerror=alert(1)>', '&lt;img src=x onerror=alert(1)&gt;'],
    ['an entity', '&lt;b&gt;', '&amp;lt;b&amp;gt;'],
    ['a mention', '@octocat and @team/admins', '@&#8203;octocat and @&#8203;team/admins'],
    ['a mention that brings its own entity', '&#64;octocat', '&amp;#&#8203;64;octocat'],
    ['an issue', 'fixes #12, org/repo#3 and gh-4', 'fixes #&#8203;12, org/repo#&#8203;3 and gh-&#8203;4'],
    ['the address of an issue', 'https://github.com/a/b/pull/3', 'https://github.com/a/b/pull/&#8203;3'],
    ['text that only looks like an issue', '# 1, high-4 and /issues', '# 1, high-4 and /issues'],
    ['a link', '[click](https://evil.example)', '\\[click\\](https://evil.example)'],
    ['an image', '![x](https://evil.example/x.png)', '!\\[x\\](https://evil.example/x.png)'],
    ['code', 'run `rm`', 'run \\`rm\\`'],
    ['emphasis', '*a* __b__ ~~c~~', '\\*a\\* \\_\\_b\\_\\_ \\~\\~c\\~\\~'],
    ['a backslash before what is escaped', 'a\\|b', 'a\\\\\\|b'],
    ['the end of a cell', 'a | b', 'a \\| b'],
    ['a line end', 'a\nb', 'a<br>b'],
    ['a Windows line end with white space', 'a \r\n  b', 'a<br>b'],
    ['an old line end', 'a\r# b', 'a<br># b'],
    ['an underscore inside a word, which means nothing', 'rdb_last_bgsave_status', 'rdb_last_bgsave_status'],
    ['plain text', 'Redis 7.2.16: 1 MiB of 256 MiB, 0.4 %', 'Redis 7.2.16: 1 MiB of 256 MiB, 0.4 %']
  ])('stays text: %s', (_, text, markdown) => {
    expect(escaped(text)).toBe(markdown)
  })

  test('is always one line without HTML or unescaped markup', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const markdown = escaped(text).replaceAll('<br>', '').replace(/\\./g, '')
        expect(markdown).not.toMatch(/[<>`*[\]|~\r\n]/)
      })
    )
  })

  test.each([
    ['in a paragraph', escaped],
    ['as a title', (text: string) => folded(text, '')]
  ])('mentions no user and no issue, and reads the same: %s', (_, write) => {
    fc.assert(
      fc.property(hostile, (text) => {
        const seen = spoken(write(text))
        expect(seen).not.toMatch(references)
        const bare = (all: string) => all.replace(/[\s\u200b]/g, '')
        expect(bare(seen)).toBe(bare(text))
      })
    )
  })
})

describe('inline code', () => {
  test.each([
    ['a name', 'StatefulSet/redis', '`StatefulSet/redis`'],
    ['a backtick', 'a`b', '`aʼb`'],
    ['the end of a cell', 'a|b', '`a\\|b`'],
    ['line ends', 'a\r\nb\rc\nd', '`a b c d`']
  ])('is written for %s', (_, text, markdown) => {
    expect(code(text)).toBe(markdown)
  })

  test('is always one span on one line in one cell', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(code(text)).toMatch(/^`[^`\r\n]*`$/)
        expect(code(text)).not.toMatch(/(?<!\\)\|/)
      })
    )
  })
})

test('writes a table with a header and a line for each row', () => {
  const rows = [
    ['1', '2'],
    ['3', '4']
  ]
  expect(table(['A', ''], rows)).toBe('| A |  |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |')
})

describe('a folded section', () => {
  test('has a title, and an empty line before its content so that it is Markdown', () => {
    expect(folded('2 objects', 'content')).toBe('<details><summary>2 objects</summary>\n\ncontent\n\n</details>')
  })

  test('cannot be closed by its title', () => {
    expect(folded('</summary></details><b>@x', '')).toContain(
      '<summary>&lt;/summary&gt;&lt;/details&gt;&lt;b&gt;@&#8203;x</summary>'
    )
  })

  test('has its title on one line, because an empty line would end the HTML', () => {
    expect(folded('a\n\n# b', '')).toBe('<details><summary>a # b</summary>\n\n\n\n</details>')
  })
})

describe('preformatted text', () => {
  test('keeps lines, white space and markup', () => {
    expect(verbatim('a\n\n  *b* | `c`\n')).toBe('<pre>a\n\n  *b* | `c`\n</pre>')
  })

  test('cannot end its block, and mentions nobody', () => {
    expect(verbatim('</pre><script>x</script> @octocat')).toBe(
      '<pre>&lt;/pre&gt;&lt;script&gt;x&lt;/script&gt; @octocat</pre>'
    )
    fc.assert(fc.property(hostile, (text) => !/[<>]/.test(verbatim(text).slice('<pre>'.length, -'</pre>'.length))))
  })

  test('is cut at the front if it is too long', () => {
    expect(verbatim('abcdef', 6)).toBe('<pre>abcdef</pre>')
    expect(verbatim('abcdefg', 3)).toBe('<pre>… (cut)\nefg</pre>')
  })
})
