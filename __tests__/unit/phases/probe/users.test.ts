import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import type { AclUser } from '../../../../src/core/redis/acl.ts'
import type { RenderedUsers } from '../../../../src/core/rendered-cache/users.ts'
import { usersCheck } from '../../../../src/phases/probe/users.ts'

const hash = (password: string) => createHash('sha256').update(password).digest('hex')
const own = { username: 'default', password: 'of-the-secret' }
/** As Redis 7 answers. */
const byDefault = `user default on sanitize-payload #${hash(own.password)} ~* &* +@all`
const rendered = (users: [string, AclUser | undefined][] = [], othersBecause?: string): RenderedUsers => ({
  users: new Map([['default', undefined], ...users]),
  rights: new Map(),
  othersBecause
})
const judged = (list: string[], expected = rendered(), who = own) => {
  const { check, notes } = usersCheck(list, expected, who)
  return { said: `${check.passed ? 'ok' : check.code}: ${check.detail}`, notes }
}

describe('healthy', () => {
  test.each([
    ['user default with the password of the Secret', [byDefault], rendered(), 'ok: default alone'],
    [
      'a user that is off, whatever it may do',
      [byDefault, 'user evil off nopass ~* &* +@all'],
      rendered(),
      'ok: default alone'
    ],
    [
      'a user without a password that may only PING',
      [byDefault, 'user probe on nopass -@all +ping'],
      rendered(),
      'ok: default, probe alone'
    ],
    [
      'rendered users with their own passwords',
      ['user default off nopass -@all', `user app on #${hash('a')} #${hash('b')} ~app:* &* +@all`],
      rendered([['app', { name: 'app', rules: ['on', '>a', `#${hash('b')}`, '~app:*', '+@all'] }]]),
      'ok: app alone'
    ]
  ])('%s', (_, list, expected, said) => {
    expect(judged(list, expected)).toEqual({ said, notes: [] })
  })
})

describe('open', () => {
  test.each([
    [
      'a user without a password',
      [byDefault, 'user evil on nopass ~* &* +@all'],
      'redis-open: user evil gets in without a password'
    ],
    [
      'user default without a password',
      ['user default on nopass ~* &* +@all'],
      'redis-open: user default gets in without a password'
    ],
    [
      'a user with a password that is not rendered',
      [byDefault, `user evil on #${hash('x')} ~* +@all`],
      'redis-open: user evil is not rendered'
    ],
    [
      'a second password',
      [`${byDefault} #${hash('x')}`],
      'redis-open: user default has a password that is not rendered'
    ],
    [
      'more passwords',
      [`${byDefault} #${hash('x')} #${hash('y')}`],
      'redis-open: user default has 2 passwords that are not rendered'
    ],
    [
      'a name that would write to the log',
      [byDefault, 'user ::error::x on nopass +@all'],
      'redis-open: user ∶:error::x gets in without a password'
    ]
  ])('%s', (_, list, said) => {
    const result = judged(list)
    expect(result).toEqual({ said, notes: [] })
    expect(JSON.stringify(result)).not.toContain(hash('x').slice(0, 8))
  })

  test('a password of a rendered user that redis.conf does not have', () => {
    const app: AclUser = { name: 'app', rules: ['on', '>a', '+@all'] }
    expect(judged([byDefault, `user app on #${hash('a')} #${hash('x')} +@all`], rendered([['app', app]])).said).toBe(
      'redis-open: user app has a password that is not rendered'
    )
  })
})

test('who is not rendered is named, so that it can be deleted; a rendered user is not', () => {
  const list = [`user default on nopass ~* +@all`, 'user evil on nopass +@all', `user other on #${hash('x')} +@all`]
  const { strangers } = usersCheck(list, rendered(), own)
  expect(strangers).toEqual(['evil', 'other'])
})

describe('where other users may be rendered out of sight', () => {
  const expected = rendered([], 'redis.conf names an aclfile')

  test('a user with a password, and a second password, are notes', () => {
    expect(judged([`${byDefault} #${hash('x')}`, `user app on #${hash('y')} ~* +@all`], expected)).toEqual({
      said: 'ok: default, app alone',
      notes: [
        'User default has a password beside the one of the Secret: redis.conf names an aclfile.',
        'User app gets in, and it is not known whether that is meant: redis.conf names an aclfile.'
      ]
    })
  })

  test('a user without a password is open all the same', () => {
    expect(judged([byDefault, 'user evil on nopass ~* +@all'], expected).said).toBe(
      'redis-open: user evil gets in without a password'
    )
  })
})
