import { describe, expect, test } from '@jest/globals'
import {
  aclUsers,
  isPasswordFile,
  keyPatterns,
  mayRunCommands,
  needsNoPassword
} from '../../../../src/core/redis/acl.ts'

/** The only user of one `user` directive. */
const userOf = (...line: string[]) => {
  const [user] = aclUsers([line])
  if (user === undefined) throw new Error('there is no user')
  return user
}

test('a user may be written as several words or as one', () => {
  const user = { name: 'guest', rules: ['on', 'nopass', '+get'] }
  expect(aclUsers([['guest', 'on', 'nopass', '+get'], ['guest on nopass  +get'], []])).toEqual([
    user,
    user,
    { name: '', rules: [] }
  ])
})

describe('a user needs no password', () => {
  test.each([
    ['a on nopass', true],
    ['a ON NOPASS', true],
    ['a off nopass on', true],
    ['a on >x nopass', true],
    ['a nopass', false],
    ['a on', false],
    ['a on nopass >x', false],
    ['a on nopass #0123', false],
    ['a on nopass resetpass', false],
    ['a on nopass reset', false],
    ['a on nopass off', false]
  ])('%s: %s', (line, expected) => {
    expect(needsNoPassword(userOf(line))).toBe(expected)
  })
})

describe('a user may run commands', () => {
  test.each([
    ['a +@all', true],
    ['a allcommands', true],
    ['a -@all +get', true],
    ['a +@all -@dangerous', true],
    ['a +client|setname', true],
    ['a (+get ~k)', true],
    ['a', false],
    ['a ~* &*', false],
    ['a +@all -@all', false],
    ['a +@all nocommands', false],
    ['a +@all reset', false],
    ['a -@all +PING +hello', false]
  ])('%s: %s', (line, expected) => {
    expect(mayRunCommands(userOf(line))).toBe(expected)
  })
})

test.each([
  ['/run/redis/auth.conf', true],
  ['/run/users.acl', true],
  ['/etc/secrets/redis.conf', false],
  ['/etc/redis/more.conf', false]
])('%s is written for the sake of a password: %s', (path, expected) => {
  expect(isPasswordFile(path)).toBe(expected)
})

test.each([
  ['on nopass +@all', []],
  ['on >pw ~* &* +@all', ['*']],
  ['on >pw allkeys +@all', ['*']],
  ['on >pw ~app:* ~shared:* +@all', ['app:*', 'shared:*']],
  ['on >pw ~* resetkeys ~app:* +@all', ['app:*']],
  ['on >pw ~app:* reset', []],
  ['on >pw %RW~app:* %R~read:* %W~write:* +@all', ['app:*']],
  ['on >pw ~app:* (+get ~other:*) +@all', ['app:*']],
  ['on >pw (+get ~other:* resetkeys) ~app:*', ['app:*']]
])('the keys of a user with %s', (rules, patterns) => {
  expect(keyPatterns({ rules: rules.split(' ') })).toEqual(patterns)
})

test('a password keeps its spaces, as the parser of redis.conf has split the words', () => {
  expect(aclUsers([['app', 'on', '>two words', '+@all']])).toEqual([
    { name: 'app', rules: ['on', '>two words', '+@all'] }
  ])
})
