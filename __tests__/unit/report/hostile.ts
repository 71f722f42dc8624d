import fc from '../../support/fast-check.ts'

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
const html = ['<', '>', '&', '</pre>', '</details>', '</summary>', '<!--', '-->', '<script>', '&#64;', '@', '@octocat']
const space = [' ', '\n', '\n\n', '\r', '\r\n', '\t', '\u2028']

/** Text made of all that could break out of a report. */
export const hostile = fc.string({ unit: fc.constantFrom(...markdown, ...html, ...space, 'a', 'ü'), maxLength: 30 })
