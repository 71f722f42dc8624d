import { describe, expect, test } from '@jest/globals'
import { comparableIn, grantsEverything, rightsLost } from '../../../../src/core/redis/acl-rights.ts'

const lost = (live: string, rendered: string, commands = true, channels = true) =>
  rightsLost(live.split(' '), rendered.split(' '), { commands, channels })

describe('as much as is rendered', () => {
  test.each([
    ['the same rules', '~* &* +@all', '~* &* +@all'],
    ['the same rules by other words', '~* &* +@all', 'allkeys allchannels allcommands'],
    ['wider keys and channels', '~app:* &* +get', '~app:cart:* &app:* +get'],
    ['more commands', '~* +get +set +del', '~* +get +set'],
    ['a command whose subcommand is rendered', '~* +config', '~* +config|get'],
    ['what is taken by the rendered rules, too', '~* +@all -@dangerous', '~* +@all -@dangerous'],
    ['a selector that the other does not have', '~* +get (%R~log:* +get)', '~* +get'],
    ['a subcommand that a later rule takes', '~* +get -config', '~* +get +config|get -config'],
    ['what a later rule undoes', '~* +@all', '~a +get reset ~* +@all']
  ])('%s', (_, live, rendered) => {
    expect(lost(live, rendered)).toEqual({ lost: [], unclear: [] })
  })
})

describe('less', () => {
  test.each([
    ['a category of commands was taken', '~* +@all -@write', '~* +@all', ['-@write']],
    ['a command was taken', '~* +@all -set', '~* +@all', ['-set']],
    ['all commands were taken but some', '~* -@all +get', '~* +@all', ['+@all']],
    ['a granted command is gone', '~* +get', '~* +get +set', ['+set']],
    ['a granted category is gone', '~* +@read', '~* +@read +@write', ['+@write']],
    ['a key pattern is gone', '~app:* +@all', '~app:* ~cart:* +@all', ['~cart:*']],
    ['all keys are gone', 'resetkeys +@all', '~* +@all', ['~*']],
    ['the channels are gone', '~* resetchannels +@all', '~* &* +@all', ['&*']]
  ])('%s', (_, live, rendered, rules) => {
    expect(lost(live, rendered)).toEqual({ lost: rules, unclear: [] })
  })
})

describe('not certain', () => {
  test.each([
    ['a command that a granted category may hold', '~* +@read', '~* +@read +get', ['+get']],
    ['a command that a taken category may have held', '~* +@all -@dangerous -keys', '~* +@all -@dangerous', ['-keys']],
    ['a command that a category may have taken again', '~* +get', '~* +get +info -@dangerous', ['+info']],
    ['a category in the place of another', '~* +@fast', '~* +@read', ['+@read']]
  ])('%s', (_, live, rendered, rules) => {
    expect(lost(live, rendered)).toEqual({ lost: [], unclear: rules })
  })
})

test('rules of commands are left alone where Redis describes them in its own words', () => {
  expect(lost('~app:* -@all +@read +@write -flushall', '~* +@read +@write', false)).toEqual({
    lost: ['~*'],
    unclear: []
  })
})

test('a user with all commands is compared on every version', () => {
  expect(lost('~* +@all -set', '~* +@all', false).lost).toEqual(['-set'])
  expect(grantsEverything(['~*', '+@all'])).toBe(true)
  expect(grantsEverything(['~*', '+@all', '-keys'])).toBe(false)
})

test('channels are left alone where Redis has no rules for them', () => {
  expect(lost('~* +@all', '~* &* +@all', true, false)).toEqual({ lost: [], unclear: [] })
})

test.each([
  ['6.0.16', false, false],
  ['6.2.14', true, false],
  ['7.0.15', true, false],
  ['7.2.4', true, true],
  ['8.2.3', true, true],
  [undefined, false, false]
])('what Redis %s lists in a form that can be compared', (version, channels, commands) => {
  expect(comparableIn(version)).toEqual({ channels, commands })
})
