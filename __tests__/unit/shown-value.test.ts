import { describe, expect, test } from '@jest/globals'
import { shownValues } from '../../src/shown-value.ts'

const shown = (field: string, ...values: [unknown, unknown]) => shownValues('StatefulSet', field, values)

describe('values are shown', () => {
  test.each<[string, [unknown, unknown], [string, string]]>([
    ['.spec.replicas', [3, 1], ['3', '1']],
    ['.spec.serviceName', ['a', undefined], ['"a"', 'nothing']],
    ['.image', [`redis@sha256:${'0a'.repeat(32)}`, 'redis:7'], [`"redis@sha256:${'0a'.repeat(32)}"`, '"redis:7"']],
    ['.spec.selector', [{ a: 'b' }, { a: 'c' }], ['{"a":"b"}', '{"a":"c"}']]
  ])('%s', (field, values, expected) => {
    expect(shown(field, ...values)).toEqual(expected)
  })

  test('cut to where they differ', () => {
    const [first = '', second = ''] =
      shown('.data.conf', `${'x '.repeat(300)}maxmemory 1gb`, `${'x '.repeat(300)}y`) ?? []
    expect(first).toMatch(/^…x x .*maxmemory 1gb"$/)
    expect(second).toMatch(/^…x x .*y"$/)
    expect(first.length).toBeLessThanOrEqual(120)
  })

  test('as one harmless line', () => {
    expect(shown('.data.a', '##[error]x', 'y')).toEqual(['"# #[error]x"', '"y"'])
  })
})

describe('values are not shown', () => {
  test('of a Secret', () => {
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
    ['.spec.args', ['--masterauth', 'a'], []]
  ])('of %s, which looks like a credential: %#', (field, first, second) => {
    expect(shown(field, first, second)).toBeUndefined()
  })
})
