import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { createRunner, type Runner } from '../../../../src/clients/runner/runner.ts'
import { parseCommand } from '../../../support/composite/commands.ts'
import fc from '../../../support/fast-check.ts'

let written: string
const write = process.stdout.write

beforeEach(() => {
  written = ''
  process.stdout.write = (text) => {
    written += text
    return true
  }
})
afterEach(() => {
  process.stdout.write = write
})

/** The lines that one call writes. */
function lines(act: (runner: Runner) => void, redact = (text: string) => text): string[] {
  written = ''
  act(createRunner(redact, {}))
  return written.replace(/\n$/, '').split(/\r\n|[\n\r\u0085\u2028\u2029]/)
}

const forged = 'Foo/x\n::error title=pwned::hello\n ::stop-commands::t\r\n##[error]x\u2028::add-mask::y'
const hostile = fc.string({
  unit: fc.constantFrom(
    '::error::',
    '::',
    ':',
    '##[',
    '#',
    '[',
    '\n',
    '\r',
    '\u2028',
    '\u0085',
    '\u001b[31m',
    ' ',
    'x'
  ),
  maxLength: 30
})

describe('the output to the runner', () => {
  test.each([['a name of a manifest', forged]])(
    'keeps a log line on one line without a workflow command: %s',
    (_, text) => {
      expect(lines((runner) => runner.log(text))).toEqual([
        'Foo/x \u2236:error title=pwned::hello \u2236:stop-commands::t # #[error]x::add-mask::y'
      ])
    }
  )

  test('keeps any text on one log line without a workflow command', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const [line = '', ...others] = lines((runner) => runner.log(text))
        expect(others).toEqual([])
        expect(line.trimStart()).not.toMatch(/^::/)
        expect(line).not.toContain('##[')
      })
    )
  })

  test.each<[string, (runner: Runner, text: string) => void]>([
    ['group', (runner, text) => runner.group(text)],
    ['error', (runner, text) => runner.annotate(text, text)],
    ['notice', (runner, text) => runner.notice(text, text)]
  ])('writes a %s as one workflow command that contains no other', (name, act) => {
    fc.assert(
      fc.property(hostile, (text) => {
        const [line = '', ...others] = lines((runner) => act(runner, text))
        expect(others).toEqual([])
        const command = parseCommand(line)
        expect(command?.name).toBe(name)
        const shown = [command?.data ?? '', ...Object.values(command?.properties ?? {})]
        for (const each of shown.flatMap((one) => one.split('\n'))) {
          expect(parseCommand(each)).toBeUndefined()
          expect(each).not.toContain('##[')
        }
      })
    )
  })
})

test('keeps the lines of an annotation and the indent of evidence', () => {
  const [line = ''] = lines((runner) => runner.annotate('title', 'what happened\nNext: try again'))
  expect(parseCommand(line)?.data).toBe('what happened\nNext: try again')
  expect(lines((runner) => runner.log('  maxmemory 256mb'))).toEqual(['  maxmemory 256mb'])
})

test('masks a secret of several lines before its lines are joined', () => {
  const redact = (text: string) => text.replaceAll('first\nsecond', '***')
  expect(lines((runner) => runner.log('it is first\nsecond.'), redact)).toEqual(['it is ***.'])
})
