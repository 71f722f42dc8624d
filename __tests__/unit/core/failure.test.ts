import { describe, expect, test } from '@jest/globals'
import { Failure, failureCodes, messageOf } from '../../../src/core/failure.ts'
import fc from '../../support/fast-check.ts'

describe('a Failure', () => {
  test('carries code, sentence, hint, evidence and cause', () => {
    const cause = new Error('connect ECONNREFUSED')
    const evidence = [{ title: 'Events', text: 'none' }]
    const failure = new Failure('cluster-unreachable', 'no answer', 'run kubectl cluster-info', evidence, cause)
    expect(failure).toMatchObject({
      name: 'Failure',
      code: 'cluster-unreachable',
      message: 'no answer',
      hint: 'run kubectl cluster-info',
      evidence,
      cause
    })
  })

  test('has empty evidence by default', () => {
    expect(new Failure('internal', 'x', 'y').evidence).toEqual([])
  })

  test('has codes that are distinct lower-case words', () => {
    expect(new Set(failureCodes).size).toBe(failureCodes.length)
    for (const code of failureCodes) expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/)
  })
})

describe('the message of a thrown value', () => {
  test.each([
    { situation: 'an error', thrown: new Error('broken'), message: 'broken' },
    { situation: 'a text', thrown: 'broken', message: 'broken' },
    { situation: 'nothing', thrown: undefined, message: 'undefined' },
    { situation: 'a number', thrown: 7, message: '7' },
    { situation: 'an error of another realm', thrown: { message: 'from afar' }, message: 'from afar' },
    {
      situation: 'fetch, whose cause says what happened',
      thrown: new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:9121') }),
      message: 'fetch failed: connect ECONNREFUSED 127.0.0.1:9121'
    },
    {
      situation: 'a cause that says nothing more',
      thrown: new Error('read: EIO', { cause: new Error('EIO') }),
      message: 'read: EIO'
    },
    { situation: 'a cause that is no error', thrown: new Error('broken', { cause: 5 }), message: 'broken' }
  ])('reads $situation: $message', ({ thrown, message }) => {
    expect(messageOf(thrown)).toBe(message)
  })

  test('exists for an object that cannot be converted to a string', () => {
    expect(typeof messageOf({ toString: 0 })).toBe('string')
  })

  test('exists for every value', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => typeof messageOf(value) === 'string'))
  })
})
