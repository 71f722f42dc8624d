import { describe, expect, test } from '@jest/globals'
import { InputReader, inputsFrom } from '../../../../src/steps/inputs/reader.ts'
import { failureOf } from '../../failure-of.ts'

describe('the inputs of a step', () => {
  test.each([
    ['with a dash, as node actions get it', { 'INPUT_MEMORY-LIMIT': '512Mi' }],
    ['with an underscore, as the steps of a composite pass it', { INPUT_MEMORY_LIMIT: '512Mi' }],
    ['with white space around it', { INPUT_MEMORY_LIMIT: ' 512Mi\n' }]
  ])('are read %s', (_, environment) => {
    expect(inputsFrom(environment)('memory-limit')).toBe('512Mi')
  })

  test('keep the white space around a password, which is refused and not trimmed', () => {
    expect(inputsFrom({ INPUT_REDIS_PASSWORD: ' secret\n' })('redis-password')).toBe(' secret\n')
  })

  test('are empty if not set', () => {
    expect(inputsFrom({ MEMORY_LIMIT: '512Mi' })('memory-limit')).toBe('')
  })
})

describe('the reader of inputs', () => {
  const reader = (inputs: Record<string, string>) => new InputReader((name) => inputs[name] ?? '')
  const even = (text: string) => (Number(text) % 2 === 0 ? Number(text) : undefined)

  test('returns valid inputs', () => {
    const read = reader({ name: 'a', number: '4', on: 'true', off: 'false' })
    expect(read.optional('name')).toBe('a')
    expect(read.optional('other')).toBeUndefined()
    expect(read.required('name')).toBe('a')
    expect(read.parsed('number', 'an even number', even)).toBe(4)
    expect(read.parsed('other', 'an even number', even)).toBeUndefined()
    expect(read.parsedOrElse('number', 'an even number', 2, even)).toBe(4)
    expect([read.flag('on'), read.flag('off')]).toEqual([true, false])
    expect(() => read.finish()).not.toThrow()
  })

  test('refuses a required input that is empty', () => {
    const read = reader({})
    read.required('environment')
    expect(failureOf(() => read.finish()).message).toBe('environment is required')
  })

  test('refuses an input with a default that was set to an empty text', () => {
    const read = reader({})
    expect(read.parsedOrElse('number', 'an even number', 2, even)).toBe(2)
    expect(failureOf(() => read.finish()).message).toBe('number is empty, but must be an even number')
  })

  test.each(['yes', 'True', '1', ''])('refuses %j as a flag', (value) => {
    const read = reader({ flag: value })
    expect(read.flag('flag')).toBe(false)
    expect(failureOf(() => read.finish()).message).toContain('must be "true" or "false"')
  })

  test('names all invalid inputs at once, with their values', () => {
    const read = reader({ number: '3', flag: 'yes "no"' })
    read.parsed('number', 'an even number', even)
    read.flag('flag')
    const failure = failureOf(() => read.finish())
    expect(failure).toMatchObject({
      code: 'invalid-input',
      hint: 'correct the inputs under `with:` in the workflow',
      message: 'number is "3", but must be an even number. ' + 'flag is "yes \\"no\\"", but must be "true" or "false"'
    })
  })
})
