import { describe, expect, test } from '@jest/globals'
import { sanitize, sanitizeLine } from '../../../src/core/sanitize.ts'
import fc from '../../support/fast-check.ts'
import { promptly } from '../../support/promptly.ts'

const lineEnds = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/

/** What the runner does with a line of the log: `::name::` after white space, `##[name]` anywhere. */
function isCommand(line: string): boolean {
  return line.trimStart().startsWith('::') || line.includes('##[')
}

function lines(text: string): string[] {
  return text.split(lineEnds)
}

/** Text made of what commands, escape sequences and line ends are made of. */
const hostile = fc.string({
  unit: fc.constantFrom(
    ...[':', '::', '#', '##', '[', ']', 'x', ' ', '\t', '\n', '\r', '\r\n', '\u2028', '\u2029', '\u0085', '\u000b'],
    ...['\u001b', '\u001b[31m', '\u001b[', 'm', '\u0000', '\u00a0', '\ufeff', '\u3000']
  ),
  maxLength: 40
})

describe('text for the log', () => {
  test.each([
    ['a workflow command', '::set-output name=a::b'],
    ['a command after white space', ' \t ::error::x'],
    ['a command on a later line', 'fine\n::stop-commands::x'],
    ['a command after an empty line', '\n\n  ::error::x'],
    ['a command after a carriage return', 'fine\r::error::x'],
    ['a command after a line separator', 'fine\u2028::error::x'],
    ['a command after the next-line control', 'fine\u0085::error::x'],
    ['a command behind a colour', '\u001b[31m::error::x\u001b[0m'],
    ['a command with a control character in it', ':\u0000:error::x'],
    ['a command after a byte order mark', '\ufeff::error::x'],
    ['an old command', '##[error]x'],
    ['an old command in the middle', 'fine ##[set-env name=PATH;]x'],
    ['an old command with a colour in it', '#\u001b[31m#[error]x'],
    ['many signs', '####[error]x ::::'],
    ['colons only', '::::::']
  ])('contains no workflow command: %s', (_, text) => {
    expect(lines(sanitize(text)).filter(isCommand)).toEqual([])
    expect(isCommand(sanitizeLine(text))).toBe(false)
  })

  test.each([
    ['colours', '\u001b[1;31mred\u001b[0m', 'red'],
    ['cursor movements', 'a\u001b[2K\u001b[1Ab', 'ab'],
    ['a title of a terminal', '\u001b]0;title\u0007x', ']0;titlex'],
    ['the bell and the null', 'a\u0007b\u0000c', 'abc'],
    ['eight-bit controls', 'a\u009b31mb', 'a31mb']
  ])('contains no %s', (_, text, expected) => {
    expect(sanitize(text)).toBe(expected)
  })

  test.each([
    ['tabs and line ends', 'a\tb\nc'],
    ['colons inside a line', 'std::string and redis::6379'],
    ['a URL', 'http://[::1]:6379/'],
    ['signs inside a line', '# Server ## [x]'],
    ['other scripts', 'Ünïcödé 漢字 🎉']
  ])('keeps %s', (_, text) => {
    expect(sanitize(text)).toBe(text)
  })

  test('has one kind of line ending', () => {
    expect(sanitize('a\r\nb\rc\nd')).toBe('a\nb\nc\nd')
  })

  test('never contains a workflow command or control character, and does not change when sanitized again', () => {
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string()), (text) => {
        const safe = sanitize(text)
        expect(lines(safe).filter(isCommand)).toEqual([])
        expect(safe).not.toMatch(/[^\P{Cc}\t\n]|[\u2028\u2029]/u)
        expect(sanitize(safe)).toBe(safe)
      })
    )
  })
})

describe('text for one line', () => {
  test('has single spaces and is trimmed', () => {
    expect(sanitizeLine('  a\n\n\t b \r\n')).toBe('a b')
  })

  test('is cut visibly where it becomes unreadable', () => {
    expect(sanitizeLine('x'.repeat(601))).toBe(`${'x'.repeat(599)}…`)
    expect(sanitizeLine('x'.repeat(600))).toBe('x'.repeat(600))
    expect(sanitizeLine('abcdef', 4)).toBe('abc…')
  })

  test('is always one line without a command, within the maximum length', () => {
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string()), fc.integer({ min: 1, max: 50 }), (text, maximum) => {
        const line = sanitizeLine(text, maximum)
        expect(lines(line)).toHaveLength(1)
        expect(isCommand(line)).toBe(false)
        expect(line.length).toBeLessThanOrEqual(maximum)
      })
    )
  })

  test('is sanitized in linear time for sixty thousand empty lines', () => {
    expect(promptly(() => sanitizeLine('\n'.repeat(60_000)))).toBe(sanitizeLine(''))
  })
})
