import { expect, test } from '@jest/globals'
import { isComplete, readAnswers } from '../../../../../src/phases/probe/from-pod/output.ts'
import fc from '../../../../support/fast-check.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const texts = (log: string) =>
  Object.fromEntries([...readAnswers(log)].map(([name, { output }]) => [name, String(output)]))

test('reads each line as an answer, the last one of several to a question', () => {
  const log = `anonymous 1 ${base64('no')}\nanonymous 0 ${base64('NOAUTH')}\nping 0 ${base64('PONG\n')}\nend 0\n`
  expect(texts(log)).toEqual({ anonymous: 'NOAUTH', ping: 'PONG\n', end: '' })
  expect(readAnswers(log).get('anonymous')?.exitCode).toBe(0)
  expect(isComplete(readAnswers(log))).toBe(true)
})

test('accepts an answer without output', () => {
  expect(readAnswers('anonymous 124 \nend 0\n').get('anonymous')).toEqual({ exitCode: 124, output: Buffer.alloc(0) })
})

test('ignores shell errors, and detects a log that is cut off', () => {
  const log = `/bin/sh: 3: timeout: not found\nTerminated\nping 0 ${base64('PONG')}`
  expect(texts(log)).toEqual({ ping: 'PONG' })
  expect(isComplete(readAnswers(log))).toBe(false)
  expect(isComplete(readAnswers(''))).toBe(false)
})

test('resists forged lines in any server reply', () => {
  fc.assert(
    fc.property(fc.string(), (answer) => {
      const forged = `${answer}\nping 0 ${base64('PONG')}\nend 0\n`
      expect(texts(`anonymous 0 ${base64(forged)}\n`)).toEqual({ anonymous: forged })
    })
  )
})
