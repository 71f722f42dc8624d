import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { containerOf } from '../../../../src/core/kubernetes/workload.ts'
import { parseManifest } from '../../../../src/core/manifest.ts'
import { renderedCache } from '../../../../src/core/rendered-cache/rendered-cache.ts'
import { root } from '../../../support/root.ts'

const shipped = await Promise.all(
  ['redis-config', 'redis-statefulset'].map((name) => readFile(join(root, `manifests/base/${name}.yaml`), 'utf8'))
)

/** The users of the shipped manifests with an edit. */
function usersOf(edit: (text: string) => string = (text) => text) {
  const documents = parseManifest(shipped.map(edit).join('\n---\n'))
  const { redis } = renderedCache(documents)
  if (redis === undefined) throw new Error('no Redis is rendered')
  expect(containerOf(redis.statefulSet.object, 'redis')).toBeDefined()
  return redis.users
}
const auth = 'include /run/redis/auth.conf'

test('the shipped manifests have user default alone, whose password is known when the container starts', () => {
  const { users, othersBecause } = usersOf()
  expect({ users, othersBecause }).toEqual({ users: new Map([['default', undefined]]), othersBecause: undefined })
})

test('users of redis.conf are rendered with their rules', () => {
  const { users, othersBecause } = usersOf((text) =>
    text.replace(auth, 'user default off\n    user app on >secret ~app:* +@all')
  )
  expect([...users]).toEqual([
    ['default', { name: 'default', rules: ['off'] }],
    ['app', { name: 'app', rules: ['on', '>secret', '~app:*', '+@all'] }]
  ])
  expect(othersBecause).toBeUndefined()
})

test('requirepass is the password of user default', () => {
  expect(usersOf((text) => text.replace(auth, 'requirepass secret')).users.get('default')?.rules).toEqual([
    'on',
    '>secret'
  ])
})

describe('what a user may do', () => {
  const echo = 'user default on #$hash ~* &* +@all'
  const rightsIn = (to: string, from = auth) => Object.fromEntries(usersOf((text) => text.replace(from, to)).rights)

  test('is what the script of the shipped manifests writes', () => {
    expect(Object.fromEntries(usersOf().rights)).toMatchObject({
      default: expect.arrayContaining(['on', '~*', '&*', '+@all'])
    })
  })

  test('is everything for user default where redis.conf gives it a password alone', () => {
    const { rights } = usersOf((text) => text.replace(auth, 'requirepass secret').replace(echo, ''))
    expect(rights.get('default')).toEqual(['on', '~*', '&*', '+@all'])
  })

  test('is what redis.conf says, without the passwords', () => {
    expect(rightsIn('user app on >secret ~app:* +@read')).toMatchObject({ app: ['on', '~app:*', '+@read'] })
  })

  test('is not known where a variable says it', () => {
    expect(rightsIn('user default on #$hash $RIGHTS', echo)).toEqual({})
  })
})

describe('there may be other users', () => {
  const echo = 'user default on #$hash ~* &* +@all'

  test.each([
    ['where the name of one is a variable', echo, `${echo}" "user $APP on #$other`, /not understood/],
    ['where one may have several passwords', echo, 'user default on >$NEW >$OLD ~* &* +@all', /not understood/],
    ['where the script may set them by redis-cli', 'umask 077', 'redis-cli acl setuser app on &', /may set users/],
    [
      'where redis.conf includes an unknown file',
      auth,
      'include /etc/others/users.conf',
      /includes \/etc\/others\/users\.conf, which is not/
    ],
    ['where redis.conf names an aclfile', auth, 'aclfile /data/users.acl', /names an aclfile/],
    [
      'where the script writes the file without saying whom',
      'echo "user default on #$hash ~* &* +@all" >',
      'make-users >',
      /includes \/run\/redis\/auth\.conf/
    ]
  ])('%s', (_, from, to, because) => {
    expect(usersOf((text) => text.replace(from, to)).othersBecause).toMatch(because)
  })
})

test('what user default may do is not known where something else may set it', () => {
  const { rights } = usersOf((text) => text.replace('echo "user default on #$hash ~* &* +@all" >', 'make-users >'))
  expect(rights.has('default')).toBe(false)
})

test('another container may set users', () => {
  const sidecar = '      containers:\n        - {name: users, command: [redis-cli, acl, setuser, app, on]}'
  expect(usersOf((text) => text.replace('      containers:', sidecar)).othersBecause).toBe(
    'container users may set users'
  )
})
