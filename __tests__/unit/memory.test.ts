import { describe, expect, test } from '@jest/globals'
import { formatBytes, parseQuantity, parseRedisMemory, toKubernetesUnit, toRedisUnit } from '../../src/memory.ts'
import fc from '../support/fast-check.ts'

describe('a size as redis.conf writes it', () => {
  test.each([
    ['256mb', 268_435_456],
    ['256m', 256_000_000],
    ['256MB', 268_435_456],
    ['1gb', 1_073_741_824],
    ['1g', 1_000_000_000],
    ['4kb', 4_096],
    ['4k', 4_000],
    ['100b', 100],
    ['100', 100],
    ['0', 0]
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseRedisMemory(text)).toBe(bytes)
  })

  test.each([
    ['the Kubernetes unit', '256Mi'],
    ['an unknown unit', '1tb'],
    ['a fraction', '1.5gb'],
    ['a negative number', '-1'],
    ['white space', '256 mb'],
    ['a unit without a number', 'mb'],
    ['nothing', ''],
    ['more bytes than a number can hold', '99999999999gb'],
    ['a word that objects know', '1constructor']
  ])('%s is refused, as redis-server does', (_, text) => {
    expect(parseRedisMemory(text)).toBeUndefined()
  })
})

describe('a Kubernetes quantity', () => {
  test.each([
    ['512Mi', 536_870_912],
    ['512M', 512_000_000],
    ['1.5Gi', 1_610_612_736],
    ['1e9', 1_000_000_000],
    ['1E3', 1_000],
    ['12e-1', 2],
    ['128974848', 128_974_848],
    ['+5k', 5_000],
    ['.5Ki', 512],
    ['2.Ki', 2_048],
    ['100m', 1],
    ['1500m', 2],
    ['2Ti', 2_199_023_255_552],
    ['2.007M', 2_007_000]
  ])('%s is %d bytes, a part of one counted as one', (text, bytes) => {
    expect(parseQuantity(text)).toBe(bytes)
  })

  test.each([
    ['the Redis unit', '512mb'],
    ['an unknown unit', '512Xi'],
    ['a negative number', '-1Gi'],
    ['white space', '1 Gi'],
    ['both an exponent and a unit', '1e3Mi'],
    ['nothing', ''],
    ['a unit alone', 'Mi'],
    ['a point alone', '.'],
    ['more bytes than a number can hold', '9e99'],
    ['a word that objects know', '1toString']
  ])('%s is refused', (_, text) => {
    expect(parseQuantity(text)).toBeUndefined()
  })
})

describe('the unit of the other world', () => {
  test.each([
    ['256Mi', '256mb'],
    ['1Gi', '1gb'],
    ['64Ki', '64kb'],
    ['256mb', '256mb'],
    ['many', 'many']
  ])('%s is %s for Redis', (kubernetes, redis) => {
    expect(toRedisUnit(kubernetes)).toBe(redis)
  })

  test.each([
    ['512mb', '512Mi'],
    ['1GB', '1Gi'],
    ['64kb', '64Ki'],
    ['512Mi', '512Mi'],
    ['many', 'many']
  ])('%s is %s for Kubernetes', (redis, kubernetes) => {
    expect(toKubernetesUnit(redis)).toBe(kubernetes)
  })

  test('means the same number of bytes', () => {
    fc.assert(
      fc.property(fc.nat({ max: 4096 }), fc.constantFrom('Ki', 'Mi', 'Gi'), (number, unit) => {
        const quantity = `${number}${unit}`
        expect(parseRedisMemory(toRedisUnit(quantity))).toBe(parseQuantity(quantity))
        expect(toKubernetesUnit(toRedisUnit(quantity))).toBe(quantity)
      })
    )
  })
})

describe('bytes as a person reads them', () => {
  test.each([
    [0, '0 bytes'],
    [1_023, '1023 bytes'],
    [1_024, '1 KiB'],
    [1_064_000, '1.0 MiB'],
    [1_572_864, '1.5 MiB'],
    [268_435_456, '256 MiB'],
    [1_073_741_824, '1 GiB'],
    [2 ** 50, '1024 TiB']
  ])('%d is %s', (bytes, words) => {
    expect(formatBytes(bytes)).toBe(words)
  })

  test('are never 1024 of a unit that has a bigger one', () => {
    const sizes = fc.oneof(fc.nat({ max: 2 ** 31 - 1 }), fc.constantFrom(2 ** 20 - 1, 2 ** 30 - 1, 2 ** 40 - 1))
    fc.assert(fc.property(sizes, (bytes) => Number(formatBytes(bytes).split(' ')[0]) < 1024))
  })
})

describe('whatever is written', () => {
  const written = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom('0', '1', '9', '.', 'e', 'E', '+', '-', 'k', 'm', 'M', 'G', 'i', 'b') })
  )

  test.each([
    ['Redis', parseRedisMemory],
    ['Kubernetes', parseQuantity]
  ])('a size for %s is a whole number of bytes or refused', (_, parse) => {
    fc.assert(
      fc.property(written, (text) => {
        const bytes = parse(text)
        return bytes === undefined || (Number.isSafeInteger(bytes) && bytes >= 0)
      })
    )
  })
})
