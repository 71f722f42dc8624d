import { describe, expect, test } from '@jest/globals'
import { rightsCheck } from '../../../../src/phases/probe/rights.ts'

const everything = ['on', '~*', '&*', '+@all']
const hash = 'a'.repeat(64)
const judged = (
  list: string[],
  rights: Record<string, string[]>,
  { version = '7.2.4', othersBecause = undefined as string | undefined } = {}
) => {
  const rendered = { users: new Map(), rights: new Map(Object.entries(rights)), othersBecause }
  const { check, notes } = rightsCheck(list, rendered, version)
  return { said: check && `${check.passed ? 'ok' : check.code}: ${check.detail}`, notes }
}

test('users that may do what is rendered pass', () => {
  const list = [`user default on #${hash} ~* &* +@all`, `user app on #${hash} ~app:* resetchannels -@all +@read`]
  expect(judged(list, { default: everything, app: ['on', '~app:*', '+@read'] })).toEqual({
    said: 'ok: default, app as rendered',
    notes: []
  })
})

describe('a client would fail', () => {
  test.each([
    [
      'whose user may do less',
      [`user default on #${hash} ~* &* +@all -@write`],
      'redis-readonly: user default may do less than is rendered: -@write'
    ],
    [
      'whose user may use fewer keys',
      [`user default on #${hash} ~app:* &* +@all`],
      'redis-readonly: user default may do less than is rendered: ~* is missing'
    ],
    ['whose user does not exist', [], 'redis-readonly: user default is rendered and does not exist'],
    [
      'whose user is switched off',
      [`user default off #${hash} ~* &* +@all`],
      'redis-readonly: user default is rendered and is switched off'
    ]
  ])('%s', (_, list, said) => {
    const result = judged(list, { default: everything })
    expect(result).toEqual({ said, notes: [] })
    expect(JSON.stringify(result)).not.toContain(hash)
  })
})

test('a user that is rendered as switched off need not exist', () => {
  expect(judged([], { default: ['off'] })).toEqual({ said: undefined, notes: [] })
})

test('a Redis older than 7.0 describes commands in its own words, which are not compared', () => {
  const list = [`user app on #${hash} ~* &* -@all +@read +@write -flushall`]
  expect(judged(list, { app: ['on', '~*', '+@read', '+@write', '-@dangerous'] }, { version: '6.2.14' }).said).toBe(
    'ok: app as rendered'
  )
})

test('rules that may come to the same are a note', () => {
  expect(judged([`user app on #${hash} ~* +@read`], { app: ['on', '~*', '+@read', '+get'] })).toEqual({
    said: 'ok: app as rendered',
    notes: ['Not certain whether clients may do all that is rendered: user app has other rules: +get is missing.']
  })
})

test('where a hook may set users, less than is rendered is a note', () => {
  const because = { othersBecause: 'a hook or the script of the container may set users' }
  expect(judged([`user app on #${hash} ~* +@read`], { app: everything }, because)).toEqual({
    said: 'ok: app as rendered',
    notes: [
      'Not certain whether clients may do all that is rendered: user app may do less than is rendered: &* is missing, ' +
        '+@all is missing (a hook or the script of the container may set users).'
    ]
  })
})
