import { describe, expect, test } from '@jest/globals'
import { redirectOf } from '../../../../src/phases/probe/redirect.ts'
import fc from '../../../support/fast-check.ts'

describe('a redirect of a node', () => {
  test.each([
    ['MOVED 3999 10.0.0.7:6381', 'moved', '10.0.0.7', 6381],
    ['ASK 16383 10.0.0.7:6381', 'ask', '10.0.0.7', 6381],
    ['MOVED 0 node-1.erp.cache.amazonaws.com:6379', 'moved', 'node-1.erp.cache.amazonaws.com', 6379],
    ['MOVED 1 fd00::7:6381', 'moved', 'fd00::7', 6381],
    ['MOVED 1 :6381', 'moved', undefined, 6381]
  ])('%s', (said, kind, host, port) => {
    expect(redirectOf(said)).toEqual({ kind, host, port })
  })

  test.each([
    'OK',
    'ERR MOVED 1 a:1',
    'MOVED',
    'MOVED 1 ?:6379',
    'MOVED 1 a:0',
    'MOVED 1 a:99999',
    'MOVED x a:1',
    'MOVED 1 a b:1'
  ])('is not %s', (said) => {
    expect(redirectOf(said)).toBeUndefined()
  })

  test('is read from any text without an error', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        redirectOf(text)
        redirectOf(`MOVED 1 ${text}`)
      })
    )
  })
})
