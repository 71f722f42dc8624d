import { expect, test } from '@jest/globals'
import { parseInfo, serverVersion } from '../../../../src/core/redis/info.ts'
import fc from '../../../support/fast-check.ts'
import { infoReplies } from '../../phases/probe/info-replies.ts'

test('reads an INFO reply line by line and skips sections and empty lines', () => {
  const reply = [
    '# Server',
    'redis_version:7.2.16',
    'executable:/data/redis-server',
    '',
    '# Keyspace',
    'db0:keys=1,expires=0,avg_ttl=0',
    'config_file:',
    ''
  ].join('\r\n')
  expect([...parseInfo(reply)]).toEqual([
    ['redis_version', '7.2.16'],
    ['executable', '/data/redis-server'],
    ['db0', 'keys=1,expires=0,avg_ttl=0'],
    ['config_file', '']
  ])
})

test('keeps colons in a value and skips a line without a name', () => {
  expect([...parseInfo('listener0:name=tcp,bind=::1\n:x\nno colon\n#a:b')]).toEqual([
    ['listener0', 'name=tcp,bind=::1']
  ])
})

test.each([
  ['Redis', 'redis_version:7.2.16', '7.2.16'],
  ['Valkey, which also reports a version of Redis', 'redis_version:7.2.4\r\nvalkey_version:8.0.1', 'Valkey 8.0.1'],
  ['a server that does not say', 'uptime_in_seconds:1', undefined]
])('reads the version of %s', (_, reply, version) => {
  expect(serverVersion(parseInfo(reply))).toBe(version)
})

test.each(infoReplies)('reads the version of $name as $version', ({ info, version }) => {
  expect(serverVersion(parseInfo(info))).toBe(version)
})

test('reads back the fields that were written', () => {
  const name = fc.stringMatching(/^[a-z_0-9]{1,12}$/)
  const value = fc.string({ unit: fc.constantFrom('a', ':', '=', ',', ' ', '#', '.') })
  fc.assert(
    fc.property(fc.dictionary(name, value, { noNullPrototype: true }), (fields) => {
      const reply = Object.entries(fields).map(([key, text]) => `${key}:${text}`)
      expect(Object.fromEntries(parseInfo(`# All\r\n${reply.join('\r\n')}\r\n`))).toEqual(fields)
    })
  )
})

test('accepts any reply', () => {
  fc.assert(fc.property(fc.string(), (reply) => parseInfo(reply) instanceof Map))
})
