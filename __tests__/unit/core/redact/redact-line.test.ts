import { randomBytes } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { redactLine } from '../../../../src/core/redact/redact-line.ts'
import { promptly } from '../../../support/promptly.ts'

const secret = randomBytes(9).toString('base64url')
const hash = randomBytes(32).toString('hex')

describe('a credential in a line', () => {
  test.each<[string, string, string]>([
    ['a password of redis.conf', 'requirepass §', 'requirepass ***'],
    ['the same in capitals and quotes', '  "REQUIREPASS"  "§ x"', '  "REQUIREPASS"  ***'],
    ['the same commented out', '# requirepass §', '# requirepass ***'],
    ['a password of Sentinel', 'sentinel sentinel-pass §', 'sentinel sentinel-pass ***'],
    ['the password of a primary', 'masterauth §', 'masterauth ***'],
    ['the password of a key', 'tls-key-file-pass §', 'tls-key-file-pass ***'],
    ['the password of a sentinel', 'sentinel auth-pass mymaster §', 'sentinel auth-pass mymaster ***'],
    ['a user', 'user app on >§ ~app:* +@read', 'user app on >*** ~app:* +@read'],
    ['a user with several passwords', "user app <§ !¶ '>§ x' on", "user app <*** !*** '>*** on"],
    ['a user with quotes inside a rule', 'user app >"§ x" on', 'user app >*** on'],
    ['a user with a quote that does not end', 'user app >§"x on', 'user app >***'],
    ['a user with a hash', 'user default on #¶ ~* +@all', 'user default on #*** ~* +@all'],
    ['a user that is commented out', '#user default >§', '#user default >***'],
    ['a hash anywhere', 'echo "on #¶"', 'echo "on ***"'],
    [
      'a user that a shell writes',
      'redis-cli acl setuser app on ">§" +@all',
      'redis-cli acl setuser app on ">*** +@all'
    ],
    ['an argument', 'exec redis-server --requirepass §', 'exec redis-server --requirepass ***'],
    ['an argument of redis-cli', "redis-cli -h x -a '§ x' ping", 'redis-cli -h x -a *** ping'],
    ['an argument of any program', 'run --db-password "§ \\" x" --token § -v', 'run --db-password *** --token *** -v'],
    ['a variable of a shell', 'REDISCLI_AUTH=§ redis-cli ping', 'REDISCLI_AUTH=***'],
    ['properties', 'spring.redis.password=§', 'spring.redis.password=***'],
    ['YAML', '  password: §', '  password: ***'],
    ['JSON', '{"user":"x","apiKey" : "§"}', '{"user":"x","apiKey" : ***'],
    ['a header', 'Authorization: Bearer §', 'Authorization: ***'],
    ['XML', '<password>§</password>', '<password>***'],
    ['a URL', 'redis://user:§@host:6379/0', 'redis://***@host:6379/0'],
    ['a URL without a user', 'x=redis://:§@host', 'x=redis://***@host'],
    ['a URL with an unencoded password', 'redis://u:a/b?§#@://@host', 'redis://***@host'],
    ['two URLs', 'http://a:§@b/x@y https://c/d@e,http://:§@f', 'http://***@b/x@y https://c/d@e,http://***@f'],
    [
      'a web address before another URL',
      '{"a":"https://a/b","c":"redis://:§@d"}',
      '{"a":"https://a/b","c":"redis://***@d"}'
    ],
    ['an argument in a list', '["redis-server", "--requirepass", "§"]', '["redis-server", "--requirepass", ***'],
    ['the command of Redis', 'redis-cli AUTH §', 'redis-cli AUTH ***'],
    ['the same in small letters', 'redis-cli -h x auth app §', 'redis-cli -h x auth ***'],
    ['the same for another program', "printf 'AUTH §\\r\\n' | nc x 6379", "printf 'AUTH ***"],
    ['several passwords', 'PASSWORDS=§', 'PASSWORDS=***'],
    ['credentials', 'credentials: §', 'credentials: ***'],
    ['a list of tokens', 'tokens: [§]', 'tokens: ***'],
    ['a key that encrypts', 'ENCRYPTION_KEY=§', 'ENCRYPTION_KEY=***'],
    ['a key in capitals', 'export DB_KEY="§"', 'export DB_KEY=***'],
    ['a short name', 'REDIS_PW=§ AWS_CREDS=§ JWT=§', 'REDIS_PW=***'],
    ['an address of a database', 'dsn: §', 'dsn: ***'],
    ['a variable on one line', '- {name: REDIS_PASSWORD, value: §}', '- {name: REDIS_PASSWORD, value: ***'],
    [
      'a variable in JSON',
      '[{"name":"A","value":"b"},{"name":"DB_KEY","value":"§"}]',
      '[{"name":"A","value":"b"},{"name":"DB_KEY","value":***'
    ],
    ['what only looks like an image', 'image: a/token:§ x', 'image: a/token:***'],
    ['a JSON web token', 'x eyJhbGciOiJI.eyJzdWIiOiIx.§ y', 'x *** y'],
    ['a token of GitHub', 'ghp_0123456789abcdefghijklmnopqrstuvwxyz', '***']
  ])('is replaced by ***: %s', (_, line, expected) => {
    const { text, hidden } = redactLine(line.replaceAll('§', secret).replaceAll('¶', hash))
    expect(text).toBe(expected)
    expect(hidden).not.toBe('')
  })
})

describe('a line without a credential', () => {
  test.each([
    'maxmemory 256mb',
    '# Every address of the pod; the NetworkPolicy and the password decide who gets in.',
    '# Written at start from the Secret redis-credentials: the hash of the password, never the password.',
    'include /run/redis/auth.conf',
    'protected-mode yes',
    "hash=$(sha256sum /run/redis-credentials/password | cut -d ' ' -f 1)",
    'echo "user default on #$hash ~* &* +@all" >/run/redis/auth.conf',
    'answer=$(REDISCLI_AUTH=$(cat /run/redis-credentials/password) redis-cli ping)',
    'user guest off',
    'auth: true',
    '{"password": null}',
    'secretName: redis-credentials',
    'https://github.com/org/repo/tree/a@b',
    'docker.io/library/redis@sha256:0000000000000000000000000000000000000000000000000000000000000000',
    'org/redis-auth:7.2',
    '- image: ghcr.io/org/token:v1.2-alpine',
    '"image": "localhost:5000/secret:latest",',
    'grep -a x',
    'runuser -u redis -- redis-server',
    'docker run -u 1000:1000 x',
    'redis-cli --user app ping',
    'redis-cli AUTH $(cat /run/password)',
    'AUTH failed: WRONGPASS invalid username-password pair',
    '# AUTH command. Otherwise the user is logged in',
    'answer=$(redis-cli --no-auth-warning ping)',
    'a first-pass token bucket, of which the top-secret part is small',
    'password: |',
    'token: >-',
    '- {name: A, value: b}',
    '{key: app, value: cache}',
    'tokenExpirationSeconds: 3600',
    'automountServiceAccountToken: false',
    'passwordSecretRef: redis',
    'secretKeyRef: {name: redis, key: password}',
    'bypass: x',
    'the user needs a password',
    'KEYSPACE=1 keyspace: x notify-keyspace-events KEA',
    'key: x',
    ''
  ])('is shown unchanged: %j', (line) => {
    expect(redactLine(line)).toEqual({ text: line, hidden: '' })
  })
})

test('hides two different credentials behind distinguishable values', () => {
  expect(redactLine('requirepass a').hidden).not.toBe(redactLine('requirepass b').hidden)
  expect(redactLine('requirepass a').hidden).toBe(redactLine('# requirepass a').hidden)
})

describe('a line of 250 kB is read once', () => {
  // What an expression that goes back would take hours for.
  test.each([
    ' ',
    '\t',
    'a',
    '://',
    'redis://',
    'https://a',
    'pass',
    'pass=',
    'pass =',
    'pass=,',
    'password ',
    'requirepass  ',
    'auth-pass ',
    ' -a "',
    '-token "\\"',
    '#0',
    'eyJ-',
    'user a >',
    'user  '
  ])('of %j', (part) => {
    const long = part.repeat(250_000 / part.length)
    for (const line of [long, `pass=${long}x`, `redis-cli "user a ${long}`, `user a ${long}`]) {
      expect(promptly(() => redactLine(line)).text.length).toBeLessThanOrEqual(2 * line.length)
    }
  })
})
