import { describe, expect, test } from '@jest/globals'
import { shortened } from '../../../../src/phases/comment/body.ts'
import { code, diffBlock, escaped, folded, table, verbatim } from '../../../../src/phases/report/markdown.ts'
import fc from '../../../support/fast-check.ts'
import { hostile } from '../report/hostile.ts'

const note = '\n\n(cut)'

describe('Markdown that is too long for a comment', () => {
  test.each([
    ['fits', 'a\nb\nc', 5, 'a\nb\nc'],
    ['is cut after a whole line', 'one\ntwo\nthree\nfour', 15, 'one\ntwo\n\n(cut)'],
    ['has one line that is too long', 'x'.repeat(20), 15, '\n\n(cut)'],
    [
      'ends in a fold, which is closed',
      `head\n\n${folded('title', 'one\ntwo\nthree')}`,
      65,
      'head\n\n<details><summary>title</summary>\n\none\n\n</details>\n\n(cut)'
    ],
    [
      'ends in a block in a fold, which are closed in their order',
      folded('title', verbatim('one\ntwo\n\nthree three')),
      77,
      '<details><summary>title</summary>\n\n<pre>one\ntwo\n</pre>\n\n</details>\n\n(cut)'
    ],
    ['ends in a fence', '```diff\n-one\n+two\n three\n```\nend', 31, '```diff\n-one\n+two\n```\n\n(cut)'],
    ['ends in a longer fence', '`````\n```\none\ntwo two\n```\n`````', 30, '`````\n```\none\n`````\n\n(cut)'],
    ['ends after a fence, which stays closed', '~~~\none\n~~~\ntwo\nthree three', 23, '~~~\none\n~~~\ntwo\n\n(cut)'],
    ['would end in a fold with nothing in it', `head\n\n${folded('title', 'x'.repeat(50))}`, 60, 'head\n\n(cut)'],
    ['names tags in code', 'see `<details>`\none\ntwo two two', 29, 'see `<details>`\none\n\n(cut)'],
    ['has fences in a block', '<pre>\n```\none\n</pre>\ntwo\nthree three', 33, '<pre>\n```\none\n</pre>\ntwo\n\n(cut)']
  ])('is shortened: %s', (_, markdown, maximum, expected) => {
    expect(shortened(markdown, maximum, note)).toBe(expected)
  })

  const text = fc.string({ unit: fc.constantFrom('a', ' ', '\n', '`', '<', '>', '@', '|'), maxLength: 60 })
  const part = fc.oneof(text, hostile).chain((words) => {
    const title = words.replace(/\s+/g, ' ')
    return fc.constantFrom(
      escaped(words),
      code(words),
      table(['A', 'B'], [[code(words), escaped(words)]]),
      folded(title, verbatim(words)),
      folded('outer', folded(title, `${escaped(words)}\n\n${verbatim(words)}`)),
      folded('diff', diffBlock(words))
    )
  })

  test('is cut at a line end, short enough, with every open element closed', () => {
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 60, max: 1500 }),
        (parts, maximum) => {
          const markdown = parts.join('\n\n')
          const result = shortened(markdown, maximum, note)
          expect(result.length).toBeLessThanOrEqual(Math.max(maximum, note.length))
          if (markdown.length <= maximum) return
          expect(result.endsWith(note)).toBe(true)
          expect(
            markdown.startsWith(result.slice(0, -note.length).replace(/(\n`{3,}|\n<\/pre>|\n\n<\/details>)*$/, ''))
          ).toBe(true)
          expect(depthAtEnd(result)).toEqual({ details: 0, pre: 0, fence: '' })
        }
      ),
      { numRuns: 1_000 }
    )
  })
})

/** What is open at the end of a report, told in another way than the code tells it: by the lines that the report writes. */
function depthAtEnd(markdown: string): { details: number; pre: number; fence: string } {
  const depth = { details: 0, pre: 0, fence: '' }
  for (const line of markdown.split('\n')) {
    if (line === depth.fence) depth.fence = ''
    else if (depth.fence !== '') continue
    else if (/^`{3,}diff$/.test(line)) depth.fence = line.slice(0, -'diff'.length)
    else if (line.startsWith('<pre>')) depth.pre = 1
    else if (line.startsWith('<details>')) depth.details += 1
    else if (line === '</details>') depth.details -= 1
    if (line.endsWith('</pre>')) depth.pre = 0
  }
  return depth
}
