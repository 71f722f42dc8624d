import { randomBytes } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { differenceLine } from '../../../../src/core/drift/format-difference.ts'

const image = ['spec', 'template', 'spec', 'containers', { name: 'redis' }, 'image']
const line = (
  live: unknown,
  rendered: unknown,
  path: readonly (string | number | object)[] = image,
  kind = 'StatefulSet'
) =>
  differenceLine(
    kind,
    { path: path.map((step) => (typeof step === 'object' ? { ...step } : step)), live, rendered },
    undefined
  )

describe('a difference', () => {
  test.each<[string, unknown, unknown, string]>([
    ['another value', 'x', 'y', '.spec.template.spec.containers[name="redis"].image is "x", rendered: "y"'],
    [
      'a value that is gone',
      undefined,
      'y',
      '.spec.template.spec.containers[name="redis"].image is missing, rendered: "y"'
    ],
    [
      'a value that is not rendered',
      true,
      undefined,
      '.spec.template.spec.containers[name="redis"].image is true but is not rendered'
    ],
    [
      'an item that is not rendered',
      { name: 'a' },
      undefined,
      '.spec.template.spec.containers[name="redis"].image is present but is not rendered'
    ],
    ['an item that is gone', undefined, { name: 'a' }, '.spec.template.spec.containers[name="redis"].image is missing'],
    ['a list', ['a', 'b'], ['a'], '.spec.template.spec.containers[name="redis"].image is ["a","b"], rendered: ["a"]']
  ])('is described in words: %s', (_, live, rendered, text) => {
    expect(line(live, rendered)).toBe(text)
  })

  test.each([
    ['another line', 'a 1\nb 2\nc 3\n', 'a 1\nb 3\nc 3\n', '.data.redis.conf line 2 is "b 2", rendered: "b 3"'],
    ['a line more', 'a 1\nb 2', 'a 1', '.data.redis.conf line 2 is "b 2", rendered: nothing'],
    ['a line less', 'a 1', 'a 1\nb 2', '.data.redis.conf line 2 is nothing, rendered: "b 2"'],
    ['a line break at the end', 'a 1\nb', 'a 1\nb\n', '.data.redis.conf line 3 is nothing, rendered: ""'],
    [
      'a line that speaks of a password',
      '# No password here.\n',
      '',
      '.data.redis.conf line 1 is "# No password here.", rendered: ""'
    ],
    ['one line', 'a 1\n', 'a 2\n', '.data.redis.conf line 1 is "a 1", rendered: "a 2"'],
    ['no line', 'a 1', 'a 2', '.data.redis.conf is "a 1", rendered: "a 2"']
  ])('in a file is described in words: %s', (_, live, rendered, text) => {
    expect(line(live, rendered, ['data', 'redis.conf'], 'ConfigMap')).toBe(text)
  })

  test.each([
    ['the place of a secret in AWS', ['data', { secretKey: 'password' }, 'remoteRef', 'key']],
    ['the key of a Secret', ['env', { name: 'A' }, 'valueFrom', 'secretKeyRef', 'key']],
    ['the name of a Secret', ['volumes', { name: 'a' }, 'secret', 'secretName']],
    ['a reference to a Secret', ['spec', 'passwordSecretRef']],
    ['the place of a variable', ['env', { name: 'REDIS_PASSWORD' }, 'valueFrom', 'secretKeyRef', 'name']]
  ])('that only names a secret is shown: %s', (_, path) => {
    expect(line('x', 'y', path)).toMatch(/ is "x", rendered: "y"$/)
  })

  test('of a boolean is shown whatever its name', () => {
    expect(line(true, false, ['spec', 'automountServiceAccountToken'])).toMatch(/ is true, rendered: false$/)
  })

  test('in a list names the item by position or by several keys', () => {
    expect(line(1, 2, ['a', 0, { port: 1, protocol: 'TCP' }])).toBe('.a[0][port=1,protocol="TCP"] is 1, rendered: 2')
  })

  test('names who wrote it', () => {
    const writer = { manager: 'kubectl-edit', time: '2026-11-23T02:10:00Z' }
    const text = differenceLine('StatefulSet', { path: ['spec', 'replicas'], live: 0, rendered: 1 }, writer)
    expect(text).toBe('.spec.replicas is 0, rendered: 1 (written by kubectl-edit at 2026-11-23T02:10:00Z)')
  })

  test('is one harmless line whatever the cluster contains', () => {
    const writer = { manager: '\n::error::a', time: '##[error]' }
    const text = differenceLine(
      'ConfigMap',
      { path: ['data', 'a\n::set-output'], live: '##[error]x', rendered: 'y' },
      writer
    )
    expect(text).not.toMatch(/\n|##\[|^::/)
  })
})

describe('a difference with a secret', () => {
  const secret = randomBytes(18).toString('base64url')
  test.each<[string, string, readonly (string | number | object)[], unknown, unknown]>([
    ['of a Secret', 'Secret', ['data', 'host'], secret, 'b'],
    ['of a Secret with lines', 'Secret', ['data', 'host'], `a\n${secret}\n`, 'b'],
    ['of a Secret, alone', 'Secret', ['data', 'host'], secret, undefined],
    ['of a Secret that lacks it', 'Secret', ['data', 'host'], undefined, secret],
    ['in a field of any kind', 'Anything', ['spec', 'auth', 'token', 'value'], secret, 'b'],
    ['in a variable', 'StatefulSet', ['env', { name: 'REDIS_PASSWORD' }, 'value'], secret, 'b'],
    ['in a file', 'ConfigMap', ['data', 'redis.conf'], `a\nrequirepass ${secret}\n`, 'a\nb\n'],
    ['in a list of users', 'ConfigMap', ['data', 'users.acl'], `user a on >${secret} ~*`, 'user a off'],
    ['in a block of a file', 'ConfigMap', ['data', 'a.yaml'], `password: |\n  ${secret}\n`, 'password: |\n  b\n'],
    ['in a file that is a variable', 'ConfigMap', ['data', 'DB_KEY'], secret, 'b'],
    ['in a variable with a short name', 'StatefulSet', ['env', { name: 'REDIS_PW' }, 'value'], secret, 'b'],
    ['in arguments', 'StatefulSet', ['containers', { name: 'a' }, 'args'], ['-a', secret], ['-a', 'b']],
    ['in a field with a longer name', 'Anything', ['spec', 'adminPassword'], secret, 'b']
  ])('hides the value: %s', (_, kind, path, live, rendered) => {
    const text = line(live, rendered, path, kind)
    expect(text.includes(secret)).toBe(false)
    expect(text).toMatch(/differs from the rendered value \(not shown\)$|is present but is not rendered$|is missing$/)
  })
})
