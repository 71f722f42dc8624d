import { expect, test } from '@jest/globals'
import { isComplete, readAnswers } from '../../../../../src/phases/probe/from-pod/output.ts'
import fc from '../../../../support/fast-check.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const texts = (log: string) =>
  Object.fromEntries([...readAnswers(log)].map(([name, { output }]) => [name, String(output)]))

test('each line is an answer; of several to one question the last counts', () => {
  const log = `anonymous 1 ${base64('no')}\nanonymous 0 ${base64('NOAUTH')}\nping 0 ${base64('PONG\n')}\nend 0\n`
  expect(texts(log)).toEqual({ anonymous: 'NOAUTH', ping: 'PONG\n', end: '' })
  expect(readAnswers(log).get('anonymous')?.exitCode).toBe(0)
  expect(isComplete(readAnswers(log))).toBe(true)
})

test('an answer without output is one', () => {
  expect(readAnswers('anonymous 124 \nend 0\n').get('anonymous')).toEqual({ exitCode: 124, output: Buffer.alloc(0) })
})

test('what a shell complains of is no answer, and a log that is cut is not complete', () => {
  const log = `/bin/sh: 3: timeout: not found\nTerminated\nping 0 ${base64('PONG')}`
  expect(texts(log)).toEqual({ ping: 'PONG' })
  expect(isComplete(readAnswers(log))).toBe(false)
  expect(isComplete(readAnswers(''))).toBe(false)
})

test('whatever a server answers, it forges no line', () => {
  fc.assert(
    fc.property(fc.string(), (answer) => {
      const forged = `${answer}\nping 0 ${base64('PONG')}\nend 0\n`
      expect(texts(`anonymous 0 ${base64(forged)}\n`)).toEqual({ anonymous: forged })
    })
  )
})
