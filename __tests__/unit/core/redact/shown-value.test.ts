import { describe, expect, test } from '@jest/globals'
import { shownValues } from '../../../../src/core/redact/shown-value.ts'
import { promptly } from '../../../support/promptly.ts'

const shown = (field: string, ...values: [unknown, unknown]) => shownValues('StatefulSet', field, values)

describe('two differing values', () => {
  test.each<[string, [unknown, unknown], [string, string]]>([
    ['.spec.replicas', [3, 1], ['3', '1']],
    ['.spec.serviceName', ['a', undefined], ['"a"', 'nothing']],
    ['.image', [`redis@sha256:${'0a'.repeat(32)}`, 'redis:7'], [`"redis@sha256:${'0a'.repeat(32)}"`, '"redis:7"']],
    ['.spec.selector', [{ a: 'b' }, { a: 'c' }], ['{"a":"b"}', '{"a":"c"}']],
    ['.spec.template.spec.volumes[name="a"].secret.secretName', ['a', 'b'], ['"a"', '"b"']],
    ['.env[name="PASSWORD"].valueFrom.secretKeyRef.key', ['a', 'b'], ['"a"', '"b"']],
    ['.spec.automountServiceAccountToken', [true, undefined], ['true', 'nothing']],
    ['.spec.serviceAccountToken.expirationSeconds', [1, 2], ['1', '2']],
    ['.spec.sessionAffinity', ['None', 'ClientIP'], ['"None"', '"ClientIP"']],
    ['.spec.passwordSecretRef', ['a', 'b'], ['"a"', '"b"']],
    ['.spec.tolerations[key="token",operator="Equal"].effect', ['a', 'b'], ['"a"', '"b"']],
    ['.spec.containers[name="auth"].args', [['-p', '1'], []], ['["-p","1"]', '[]']],
    ['.spec.secretKeyRef', [{ name: 'a', key: 'password' }, null], ['{"name":"a","key":"password"}', 'null']],
    ['.data.note', ['The password is elsewhere.', ''], ['"The password is elsewhere."', '""']]
  ])('are shown: %s', (field, values, expected) => {
    expect(shown(field, ...values)).toEqual(expected)
  })

  test('are cut to where they differ', () => {
    const [first = '', second = ''] =
      shown('.data.conf', `${'x '.repeat(300)}maxmemory 1gb`, `${'x '.repeat(300)}y`) ?? []
    expect(first).toMatch(/^…x x .*maxmemory 1gb"$/)
    expect(second).toMatch(/^…x x .*y"$/)
    expect(first.length).toBeLessThanOrEqual(120)
  })

  test('are shown as one harmless line', () => {
    expect(shown('.data.a', '##[error]x', 'y')).toEqual(['"# #[error]x"', '"y"'])
  })
})

describe('two confidential values', () => {
  test('are hidden in a Secret', () => {
    expect(shownValues('Secret', '.data.host', ['YQ==', 'Yg=='])).toBeUndefined()
  })

  test.each<[string, unknown, unknown]>([
    ['.env[name="REDIS_PASSWORD"].value', 'a', 'b'],
    ['.env[name="API_KEY"].value', 'a', 'b'],
    ['.data.conf', 'requirepass a', 'x'],
    ['.data.url', 'x', 'redis://user:a@host'],
    ['.data.pem', '-----BEGIN RSA', 'x'],
    ['.data.a', 'x', 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9'],
    ['.data.a', 'x', '0123456789abcdef0123456789abcdef'],
    ['.spec.args', ['--masterauth', 'a'], []],
    // What the diff hides, too.
    ['.env[name="REDIS_PWD"].value', 'a', 'b'],
    ['.env[name="ENCRYPTION_KEY"].value', 'a', 'b'],
    ['.env[name="REDIS_PW"]', { name: 'REDIS_PW', value: 'a' }, undefined],
    ['.spec.values[key="password"].value', 'a', 'b'],
    ['.spec.env[0].value', 'a', 'b'],
    ['.spec.args[1]', 'a', 'b'],
    ['.spec.args', ['-a', 'a'], ['-a', 'b']],
    ['.spec.args', ['AUTH', 'app', 'a'], []],
    ['.spec.command', ['sh', '-c', 'redis-cli -a a ping'], []],
    ['.spec.address', 'redis://a@h', 'x'],
    ['.spec.address', 'redis://:a/b@h', 'x'],
    ['.spec.auth.token.value', 'a', 'b'],
    ['.spec.auth.adminPassword', 'a', 'b'],
    ['.spec.passwords', ['a'], ['b']],
    ['.spec.auth', { users: [{ name: 'x', password: 1234 }] }, undefined],
    ['.metadata.annotations.example.com/api-token', 'a', 'b'],
    ['.data.users.acl', 'user app on >a ~* +@all', 'user app on >b ~* +@all'],
    ['.data.conf', 'a: b\npassword: |\n  x\n', 'a: b\n'],
    [`.spec${'.a'.repeat(2_000)}`, 'a', 'b']
  ])('are hidden for %s, which looks like a credential: %#', (field, first, second) => {
    expect(shown(field, first, second)).toBeUndefined()
    expect(shown(field, second, first)).toBeUndefined()
  })

  test.each([
    ['.data.DB_KEY', 'a'],
    ['.data.session.key', 'a'],
    ['.data.users.acl', 'user app on >a ~* +@all'],
    ['.data', { a: 'b', 'redis-password': 'a' }],
    ['.binaryData.a', 'YQ==']
  ])('are hidden for %s in a ConfigMap', (field, value) => {
    expect(shownValues('ConfigMap', field, [value, undefined])).toBeUndefined()
  })

  test('are hidden below the maximum depth', () => {
    const deep = Array.from({ length: 20_000 }).reduce<unknown>((inner) => [inner], 'a')
    expect(shown('.spec.deep', deep, 'b')).toBeUndefined()
  })
})

describe('a value of a megabyte', () => {
  test.each(['a', '0', 'aB', '/', '//a:', '-----BEGIN ', 'a@'])('is shown in linear time: %j', (part) => {
    const long = part.repeat(1_000_000 / part.length)
    expect(promptly(() => shown('.spec.a', long, `${long} `))?.length ?? 0).toBeLessThanOrEqual(2)
  })

  test.each(['[', '["', '["\\"', '[a=', '.', '.annotations', '\\'])(
    'is shown in linear time at the field path %j',
    (part) => {
      const field = `.spec${part.repeat(1_990 / part.length)}`
      expect(promptly(() => shown(field, '-a', '-b'))).toBeDefined()
    }
  )
})
