import { describe, expect, test } from '@jest/globals'
import { parseRedisConfig, savePoints, setting } from '../../../../src/core/redis/config.ts'
import fc from '../../../support/fast-check.ts'
import { endsOrFails, failureOf } from '../../failure-of.ts'

const parse = (text: string, files: Record<string, string> = {}) =>
  parseRedisConfig({ ...files, 'redis.conf': text }, 'redis.conf')

describe('a directive of redis.conf', () => {
  test.each([
    ['without quotes', 'maxmemory 256mb', ['256mb']],
    ['in capitals', 'MAXMEMORY 256mb', ['256mb']],
    ['indented', '\t  maxmemory \t 256mb  ', ['256mb']],
    ['with a Windows line end', 'maxmemory 256mb\r', ['256mb']],
    ['in double quotes', 'maxmemory "256 mb"', ['256 mb']],
    ['in single quotes', "maxmemory '256 mb'", ['256 mb']],
    ['with an escaped double quote', 'maxmemory "a\\"b\\\\"', ['a"b\\']],
    ['with an escaped single quote', "maxmemory 'a\\'b\\n'", ["a'b\\n"]],
    ['with an empty text', 'maxmemory ""', ['']],
    ['with bytes in hexadecimal', 'maxmemory "\\x41\\x62"', ['Ab']],
    ['with a line end', 'maxmemory "a\\nb\\tc"', ['a\nb\tc']],
    ['with several arguments', 'maxmemory a "b c" d', ['a', 'b c', 'd']],
    ['with a hash sign', 'maxmemory #secret', ['#secret']]
  ])('is read %s', (_, line, values) => {
    expect(parse(line).get('maxmemory')).toEqual([values])
  })

  test.each(['# maxmemory 256mb', '  # maxmemory 256mb', '', '   ', '#'])('is absent in %j', (line) => {
    expect(parse(line).size).toBe(0)
  })

  test('has its last value when set twice', () => {
    const config = parse('maxmemory 1mb\nappendonly yes\nmaxmemory 2mb\n')
    expect(setting(config, 'maxmemory')).toBe('2mb')
    expect(config.get('maxmemory')).toEqual([['1mb'], ['2mb']])
  })

  test('has no value when not set', () => {
    expect(setting(parse('appendonly yes'), 'maxmemory')).toBeUndefined()
  })
})

describe('an include', () => {
  test('is read at its position', () => {
    const config = parse('maxmemory 1mb\ninclude /etc/redis/more.conf\nappendonly yes', {
      'more.conf': 'maxmemory 2mb\nappendonly no\n'
    })
    expect(setting(config, 'maxmemory')).toBe('2mb')
    expect(setting(config, 'appendonly')).toBe('yes')
  })

  test('may be quoted, and may include further files', () => {
    const files = { 'a.conf': 'include "/etc/redis/b.conf"', 'b.conf': 'maxmemory 2mb' }
    expect(setting(parse("INCLUDE '/etc/redis/a.conf'", files), 'maxmemory')).toBe('2mb')
  })

  test('contributes nothing for a file that is not in the ConfigMap', () => {
    expect(parse('include /run/redis/auth.conf').size).toBe(0)
  })

  test('ends when a file includes itself directly or indirectly', () => {
    const files = { 'a.conf': 'maxmemory 1mb\ninclude b.conf', 'b.conf': 'include a.conf\nappendonly yes' }
    const config = parse('include redis.conf\ninclude a.conf', files)
    expect(setting(config, 'maxmemory')).toBe('1mb')
    expect(setting(config, 'appendonly')).toBe('yes')
  })

  test('of the same file twice is read twice, as redis-server does', () => {
    const config = parse('include a.conf\nmaxmemory 1mb\ninclude a.conf', { 'a.conf': 'maxmemory 2mb' })
    expect(config.get('maxmemory')).toEqual([['2mb'], ['1mb'], ['2mb']])
  })

  test.each([
    ['in the order of their names', '*.conf', ['b', 'c']],
    ['of some', '[ab].*', ['b']],
    ['of none', '?.txt', undefined]
  ])('with a pattern reads all matching files, %s', (_, pattern, values) => {
    const config = parse(`include /etc/redis/${pattern}`, { 'c.conf': 'dir c', 'b.conf': 'dir b', c: 'dir d' })
    expect(config.get('dir')?.flat()).toEqual(values)
  })

  // Each file that includes the next one twice doubles what is read.
  test.each([
    ['files', 'include k1\n'.repeat(2), 30],
    ['files in one', 'include k1\n'.repeat(2_000), 1],
    ['files that are not there', 'include none\n'.repeat(1_001), 1],
    ['patterns that find nothing', 'include *a*a*a*b\n'.repeat(20_000), 1],
    ['bytes', 'a\n'.repeat(2 ** 20 + 1), 0]
  ])('is refused for too many %s', (_, first, levels) => {
    const chain = Array.from({ length: levels }, (_each, index) => {
      const next = `include k${index + 2}\n`
      return [`k${index + 1}`, index === levels - 1 ? 'dir x\n' : next + next]
    })
    const failure = failureOf(() => parse(first, Object.fromEntries(chain)))
    expect(failure.code).toBe('invalid-manifest')
    expect(failure.message).toBe(
      'redis.conf includes more than 1000 files or 2 MiB; what is included twice counts twice'
    )
  })

  test('of large files is read in time', () => {
    const lines = parse('save 1 1\n'.repeat(100_000)).get('save')
    expect(lines).toHaveLength(100_000)
  })

  test.each(['constructor', 'toString', '__proto__'])(
    'of a file named %s ignores inherited properties of objects',
    (name) => {
      expect(endsOrFails(() => parse(`include /etc/redis/${name}`))).toBe(true)
    }
  )
})

describe('save points in the form of CONFIG GET', () => {
  test.each([
    ['built in', '', '3600 1 300 100 60 10000'],
    ['one line each', 'save 900 1\nsave 300 10\nsave 60 10000', '900 1 300 10 60 10000'],
    ['all on one line', 'save 900 1 300 10', '900 1 300 10'],
    ['switched off', 'save ""', ''],
    ['switched off, then set', 'save ""\nsave 60 1', '60 1'],
    ['set, then switched off', 'save 60 1\nsave ""', '']
  ])('are normalised: %s', (_, text, points) => {
    expect(savePoints(parse(text))).toBe(points)
  })
})

test('reads any text as a configuration', () => {
  const text = fc.string({ unit: fc.constantFrom('a', ' ', '"', "'", '\\', '#', '\n', '\r', '/', 'include ', 'save ') })
  fc.assert(
    fc.property(text, text, (main, included) => {
      const config = parse(main, { a: included, 'a/a': included })
      for (const lines of config.values()) expect(lines.length).toBeGreaterThan(0)
      expect(savePoints(config)).toEqual(expect.any(String))
    })
  )
})

test('reads quoted arguments back as they were written', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', '"', '\\', ' ', "'", '#', 'ü') })), (values) => {
      const quoted = values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(' ')
      expect(parse(`user ${quoted}`).get('user')).toEqual([values])
    })
  )
})
