import fc from '../../../support/fast-check.ts'

const markdown = [
  '|',
  '\\',
  '`',
  '```',
  '*',
  '_',
  '[',
  ']',
  '(',
  ')',
  '~',
  '#',
  '-',
  '---',
  '- ',
  '> ',
  '1. ',
  '!',
  ':'
]
const html = ['<', '>', '&', '</pre>', '</details>', '</summary>', '<!--', '-->', '<script>']
const references = [
  '@',
  '@octocat',
  '&#64;',
  '&commat;',
  '#1',
  'GH-1',
  '&#35;',
  '&num;',
  '1',
  'github.com/a/b/issues/1'
]
const space = [' ', '\n', '\n\n', '\r', '\r\n', '\t', '\u2028']

/** Text made of all that could break out of a report. */
export const hostile = fc.string({
  unit: fc.constantFrom(...markdown, ...html, ...references, ...space, 'a', 'ü'),
  maxLength: 30
})
