import { randomBytes } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { objectDiff } from '../../../../src/phases/plan/diff.ts'
import { expectNoSecret } from '../../../support/captured.ts'

const [old, next] = [randomBytes(12).toString('hex'), randomBytes(12).toString('base64url')]
const base64 = (text: string) => Buffer.from(text).toString('base64')
const object = (kind: string, rest: object): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'x' },
  ...rest
})

/** The changed lines of a diff that holds neither of the two credentials. */
function changed(before: KubernetesObject | undefined, after: KubernetesObject | undefined): string[] {
  const diff = objectDiff(before, after)
  expectNoSecret(diff, [old, next, base64(old), base64(next)])
  return diff.split('\n').filter((line) => /^[+-]/.test(line))
}

describe('the diff of a Secret', () => {
  const secret = (data: Record<string, string>, rest = {}) => object('Secret', { type: 'Opaque', data, ...rest })

  test('shows each key, and of its value only whether it changed', () => {
    const before = secret({ gone: base64(old), host: base64(old), password: base64(old) })
    const after = secret({ come: base64(next), host: base64(old), password: base64(next) })
    expectNoSecret(objectDiff(before, after), [old, next, base64(old), base64(next)])
    expect(objectDiff(before, after)).toBe(
      `@@ data @@
 apiVersion: v1
 kind: Secret
 metadata:
   name: x
 data:
-  gone: (removed, not shown)
+  come: (added, not shown)
   host: (unchanged, not shown)
+  password: (changed, not shown)
 type: Opaque`
    )
  })

  test('shows all keys, however many there are', () => {
    const many = (value: string) =>
      secret(
        Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, index === 9 ? value : base64(old)]))
      )
    expect(objectDiff(many(base64(old)), many(base64(next))).match(/unchanged, not shown/g)).toHaveLength(19)
  })

  test('shows keys of stringData in the same way', () => {
    expect(changed(secret({ a: base64(old) }), object('Secret', { type: 'Opaque', stringData: { a: old } }))).toEqual(
      []
    )
    expect(changed(secret({ a: base64(old) }), secret({}, { stringData: { a: next } }))).toEqual([
      '+  a: (changed, not shown)'
    ])
  })

  test('shows nothing more when it is created or deleted', () => {
    expect(changed(undefined, secret({ a: base64(next) }))).toContain('+  a: (added, not shown)')
    expect(changed(secret({ a: base64(old) }), undefined)).toContain('-  a: (removed, not shown)')
  })

  test('shows labels and type unchanged', () => {
    const labelled = object('Secret', { type: 'kubernetes.io/tls', metadata: { name: 'x', labels: { app: 'redis' } } })
    expect(changed(object('Secret', { type: 'Opaque' }), labelled)).toEqual([
      '-type: Opaque',
      '+  labels:',
      '+    app: redis',
      '+type: kubernetes.io/tls'
    ])
  })

  test.each<[string, unknown, unknown]>([
    ['text', old, next],
    ['a list', [old], [next]],
    ['nested', { a: { b: old } }, { a: { b: next } }]
  ])('shows nothing of data that is %s, which no server would accept', (_, before, after) => {
    expect(changed(object('Secret', { data: before }), object('Secret', { data: after }))).toHaveLength(1)
  })

  test('hides an annotation with a copy of the Secret', () => {
    const names = [
      'kubectl.kubernetes.io/last-applied-configuration',
      'kapp.k14s.io/original',
      'kopf.zalando.org/last-handled-configuration',
      'rio/applied',
      'a/data-hash'
    ]
    for (const name of names) {
      const annotated = (value: string) => object('Secret', { metadata: { name: 'x', annotations: { [name]: value } } })
      changed(annotated(`{"data":{"a":"${base64(old)}"}}`), annotated(`{"data":{"a":"${base64(next)}"}}`))
    }
  })
})

test('hides an annotation with one of its values', () => {
  const annotated = (value: string) =>
    object('Secret', {
      metadata: {
        name: 'x',
        annotations: { plain: `a ${value}`, encoded: base64(value), lines: `a\n${value}`, note: 'b' }
      },
      data: { a: base64(value) }
    })
  expect(changed(annotated(old), annotated(next))).toEqual([
    '+    encoded: (changed, not shown)',
    '+    lines: (changed, not shown)',
    '+    plain: (changed, not shown)',
    '+  a: (changed, not shown)'
  ])
  expect(objectDiff(undefined, annotated(next))).toContain('+    note: b')
})

describe('a credential in a diff', () => {
  const pod = (container: object) => object('Pod', { spec: { containers: [{ name: 'a', ...container }] } })
  const env = (name: string) => (value: string) => pod({ env: [{ name, value }] })
  const annotation = (name: string) => (value: string) =>
    object('Pod', { metadata: { name: 'x', annotations: { [name]: value } } })
  const file = (name: string) => (value: string) => object('ConfigMap', { data: { [name]: value } })

  test.each<[string, (value: string) => KubernetesObject, string]>([
    ['a variable REDIS_PASSWORD', env('REDIS_PASSWORD'), '+          value: (changed, not shown)'],
    ['a variable API_KEY', env('API_KEY'), '+          value: (changed, not shown)'],
    ['a variable gitToken', env('gitToken'), '+          value: (changed, not shown)'],
    [
      'a header',
      (value) => pod({ livenessProbe: { httpGet: { httpHeaders: [{ name: 'Authorization', value }] } } }),
      '+              value: (changed, not shown)'
    ],
    ['the argument after -a', (value) => pod({ args: ['-a', value] }), '+        - (changed, not shown)'],
    [
      'the argument after --requirepass',
      (value) => pod({ command: ['--requirepass', value] }),
      '+        - (changed, not shown)'
    ],
    [
      'the argument after --user',
      (value) => pod({ args: ['--user', `default >${value}`] }),
      '+        - (changed, not shown)'
    ],
    [
      'an argument of an ACL rule',
      (value) => pod({ args: ['setuser', 'a', `>${value}`] }),
      '+        - (changed, not shown)'
    ],
    [
      'the mark of the password',
      annotation('redis-cache-action/password'),
      '+    redis-cache-action/password: (changed, not shown)'
    ],
    [
      'an annotation with a token',
      annotation('example.com/api-token'),
      '+    example.com/api-token: (changed, not shown)'
    ],
    ['a file with passwords', file('passwords.txt'), '+  passwords.txt: (changed, not shown)'],
    ['a private key', file('tls.key'), '+  tls.key: (changed, not shown)'],
    [
      'a private key by its content',
      (value) => file('a')(`-----BEGIN RSA PRIVATE KEY-----\n${value}\n`),
      '+  a: (changed, not shown)'
    ],
    ['binary data', (value) => object('ConfigMap', { binaryData: { a: base64(value) } }), '+  a: (changed, not shown)'],
    [
      'a field of any kind',
      (password) => object('Cache', { spec: { auth: { password } } }),
      '+    password: (changed, not shown)'
    ],
    ...[
      'adminPassword',
      'redisPassword',
      'masterPassword',
      'bindPassword',
      'apiToken',
      'secretAccessKey',
      'encryptionKey',
      'credentials'
    ].map((name): [string, (value: string) => KubernetesObject, string] => [
      `a field ${name}`,
      (value) => object('Cache', { spec: { [name]: value } }),
      `+  ${name}: (changed, not shown)`
    ]),
    ...['ENCRYPTION_KEY', 'SESSION_KEY', 'SIGNING_KEY', 'DB_KEY', 'DSN', 'REDIS_PW', 'db.pw'].map(
      (name): [string, (value: string) => KubernetesObject, string] => [
        `a key ${name} of a ConfigMap`,
        file(name),
        `+  ${name}: (changed, not shown)`
      ]
    ),
    ...['REDIS_PW', 'DB_PW', 'AWS_CREDS', 'JWT', 'DB_KEY'].map(
      (name): [string, (value: string) => KubernetesObject, string] => [
        `a variable ${name}`,
        env(name),
        '+          value: (changed, not shown)'
      ]
    ),
    [
      'a list of passwords',
      (value) => object('Cache', { spec: { passwords: [value] } }),
      '+    - (changed, not shown)'
    ],
    [
      'the value of a key that is a password',
      (value) => object('Cache', { spec: { values: [{ key: 'password', value }] } }),
      '+      value: (changed, not shown)'
    ],
    [
      'the value of a token',
      (value) => object('Cache', { spec: { token: { value } } }),
      '+    value: (changed, not shown)'
    ],
    ['the command of Redis', (value) => pod({ args: ['redis-cli', 'AUTH', value] }), '+        - (changed, not shown)'],
    [
      'the same with a user',
      (value) => pod({ args: ['redis-cli', 'auth', 'default', value] }),
      '+        - (changed, not shown)'
    ]
  ])('is only marked as changed: %s', (_, shape, line) => {
    expect(changed(shape(old), shape(next))).toEqual([line])
    expect(changed(undefined, shape(next)).join('\n')).toContain('(added, not shown)')
    expect(changed(shape(old), undefined).join('\n')).toContain('(removed, not shown)')
  })

  test.each<[string, (value: string) => KubernetesObject, string[]]>([
    [
      'the user of a URL',
      (value) => pod({ env: [{ name: 'ADDRESS', value: `redis://u:${value}@host` }] }),
      ['-          value: redis://***@host', '+          value: redis://***@host (changed, not shown)']
    ],
    [
      'the password in a redis.conf',
      (value) => file('redis.conf')(`port 6379\nrequirepass ${value}\n`),
      ['-    requirepass ***', '+    requirepass *** (changed, not shown)']
    ],
    [
      'the hash in a list of users',
      (value) => file('redis.conf')(`port 6379\nuser a on >${value}\n`),
      ['-    user a on >***', '+    user a on >*** (changed, not shown)']
    ],
    [
      'a block of a file',
      (value) => file('a.yaml')(`a: b\npassword: |\n  ${value}\nc: d\n`),
      ['-      ***', '+      *** (changed, not shown)']
    ],
    [
      'a variable of a file',
      (value) => file('a.yaml')(`- name: REDIS_PASSWORD\n  value: ${value}\n`),
      ['-      value: ***', '+      value: *** (changed, not shown)']
    ],
    [
      'the command of Redis in a script',
      (value) => pod({ args: [`redis-cli AUTH ${value}`] }),
      ['-        - redis-cli AUTH ***', '+        - redis-cli AUTH *** (changed, not shown)']
    ],
    [
      'an argument with a password',
      (value) => pod({ args: [`--requirepass=${value}`] }),
      ['-        - --requirepass=***', '+        - --requirepass=*** (changed, not shown)']
    ],
    [
      'a URL in an annotation',
      annotation('example.com/webhook'),
      ['-    example.com/webhook: https://***@x', '+    example.com/webhook: https://***@x (changed, not shown)']
    ]
  ])('is only marked as changed beside visible content: %s', (name, shape, lines) => {
    const put = (value: string) => shape(name.endsWith('annotation') ? `https://${value}@x` : value)
    expect(changed(put(old), put(next))).toEqual(lines)
  })

  test('is hidden beside another change of the same value', () => {
    const url = (value: string, host: string) => env('URL')(`redis://:${value}@${host}`)
    expect(changed(url(old, 'a'), url(next, 'b')).at(-1)).toBe('+          value: redis://***@b (changed, not shown)')
    expect(changed(url(old, 'a'), url(old, 'b')).at(-1)).toBe('+          value: redis://***@b')
  })

  test('is hidden where a variable becomes a reference to a Secret', () => {
    const from = pod({ env: [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'redis', key: 'password' } } }] })
    expect(changed(env('PASSWORD')(old), from)).toEqual([
      '-          value: (removed, not shown)',
      '+          valueFrom:',
      '+            secretKeyRef:',
      '+              name: redis',
      '+              key: password'
    ])
  })
})

describe('the name of a credential in a diff', () => {
  test.each<[string, object, object, string]>([
    [
      'the name of a Secret',
      { volumes: [{ secret: { secretName: 'a' } }] },
      { volumes: [{ secret: { secretName: 'b' } }] },
      'b'
    ],
    [
      'a key of a Secret',
      { data: [{ secretKey: 'a', remoteRef: { key: 'x' } }] },
      { data: [{ secretKey: 'a', remoteRef: { key: 'z' } }] },
      'z'
    ],
    [
      'a field that points to a password',
      { auth: { passwordSecretRef: { name: 'redis', key: 'a' } } },
      { auth: { passwordSecretRef: { name: 'redis', key: 'b' } } },
      'b'
    ],
    ['a reference as text', { passwordSecretRef: 'a' }, { passwordSecretRef: 'b' }, 'b'],
    [
      'a Secret of which variables are read',
      { env: [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'redis', key: 'a' } } }] },
      { env: [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'redis', key: 'b' } } }] },
      'b'
    ],
    ['a Secret for images', { imagePullSecrets: ['a'] }, { imagePullSecrets: ['b'] }, 'b'],
    ['the time for which a token is good', { tokenExpirationSeconds: 600 }, { tokenExpirationSeconds: 601 }, '601'],
    ['an image', { image: 'auth/token:1' }, { image: 'auth/token:2' }, 'auth/token:2'],
    ['how sessions are kept', { sessionAffinity: 'None' }, { sessionAffinity: 'ClientIP' }, 'ClientIP'],
    ['a right', { resources: ['configmaps'] }, { resources: ['secrets'] }, 'secrets'],
    ['a key', { key: 'a' }, { key: 'b' }, 'b'],
    ['a switch', { automountServiceAccountToken: false }, { automountServiceAccountToken: true }, 'true'],
    ['a toleration', { tolerations: [{ key: 'key', value: 'a' }] }, { tolerations: [{ key: 'key', value: 'b' }] }, 'b']
  ])('is shown: %s', (_, before, after, expected) => {
    expect(changed(object('X', { spec: before }), object('X', { spec: after })).at(-1)).toMatch(
      new RegExp(` ${expected}$`)
    )
  })

  test('is shown in a file with settings', () => {
    const configMap = (data: Record<string, string>) => object('ConfigMap', { data })
    const [before, after] = [
      { 'primary-key': 'a', HOST: 'a' },
      { 'primary-key': 'b', HOST: 'b' }
    ].map(configMap)
    expect(changed(before, after)).toEqual(['-  HOST: a', '-  primary-key: a', '+  HOST: b', '+  primary-key: b'])
  })

  test('is shown in the checksum annotation of the configuration', () => {
    const mark = (value: string) =>
      object('X', { metadata: { name: 'x', annotations: { 'redis-cache-action/config': value } } })
    expect(changed(mark('0123'), mark('4567')).at(-1)).toBe('+    redis-cache-action/config: "4567"')
  })
})
