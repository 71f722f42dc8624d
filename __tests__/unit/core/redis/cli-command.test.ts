import { expect, test } from '@jest/globals'
import { redisCli } from '../../../../src/core/redis/cli-command.ts'

test('the password comes from where the manifests mount it', () => {
  expect(redisCli({ namespace: 'team', isMounted: true }, 'INFO persistence')).toBe(
    'kubectl -n team exec redis-0 -c redis -- sh -c \'REDISCLI_AUTH="$(cat /run/redis-credentials/password)" ' +
      "redis-cli INFO persistence'"
  )
})

test('the password comes from the Secret, on standard input, and a user has a name', () => {
  expect(redisCli({ namespace: 'team', username: 'app' }, 'PING')).toBe(
    'kubectl -n team get secret redis-credentials -o jsonpath={.data.password} | base64 -d | kubectl -n team exec -i ' +
      'redis-0 -c redis -- sh -c \'REDISCLI_AUTH="$(cat)" redis-cli --user app PING\''
  )
})
