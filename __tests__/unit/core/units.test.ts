import { describe, expect, test } from '@jest/globals'
import {
  compareQuantities,
  durationNanos,
  formatBytes,
  formatDuration,
  isQuantity,
  quantityBytes,
  redisBytes,
  sameDuration,
  sameQuantity,
  timeoutMilliseconds,
  toKubernetesUnit,
  toRedisUnit
} from '../../../src/core/units.ts'
import fc from '../../support/fast-check.ts'

// What resource.ParseQuantity of k8s.io/apimachinery v0.37.2 answers: one amount for both texts, and its Value().
describe('a Kubernetes quantity, parsed like apimachinery', () => {
  const maximum = '9223372036854775807'

  test.each([
    ['1.5Gi', '1536Mi', 1_610_612_736n],
    ['512M', '512M', 512_000_000n],
    ['2Ti', '2Ti', 2_199_023_255_552n],
    ['128974848', '128974848', 128_974_848n],
    ['0.1', '100m', 1n],
    ['100n', '100n', 1n],
    ['2500u', '2500u', 1n],
    ['1500m', '1500m', 2n],
    ['2.007M', '2007k', 2_007_000n],
    ['1e9', '1e9', 1_000_000_000n],
    ['1e9', '1G', 1_000_000_000n],
    ['1E3', '1e3', 1_000n],
    ['1E', '1E', 10n ** 18n],
    ['1E', '1000P', 10n ** 18n],
    ['1Ei', '1Ei', 2n ** 60n],
    ['1.Ei', '1024Pi', 2n ** 60n],
    ['1E-3', '1m', 1n],
    ['12e-1', '1200m', 2n],
    ['1e+3', '1k', 1_000n],
    ['1e018', '1E', 10n ** 18n],
    ['+5k', '5k', 5_000n],
    ['.5Ki', '512', 512n],
    ['2.Ki', '2Ki', 2_048n],
    ['007', '7', 7n],
    ['0Gi', '0', 0n],
    ['-0', '0', 0n],
    ['9007199254740993', '9007199254740993', 9_007_199_254_740_993n],
    ['1234567890123456Ki', '1234567890123456Ki', 1_264_197_519_486_418_944n],
    // Rounded up to billionths.
    ['0.0000000001', '1n', 1n],
    ['1e-400', '1n', 1n],
    ['1.0000000001Ki', '1024000000103n', 1_025n],
    // Powers of two end at 2^63-1, powers of ten do not.
    ['8Ei', maximum, 2n ** 63n - 1n],
    ['16Ei', maximum, 2n ** 63n - 1n]
  ])('%s is %s, in bytes %d', (text, canonical, bytes) => {
    expect(sameQuantity(text, canonical)).toBe(true)
    expect(sameQuantity(canonical, text)).toBe(true)
    expect(quantityBytes(text)).toBe(bytes)
  })

  test.each([
    ['below 0', '-1500m', '-1.5'],
    ['below 0 and rounded away from it', '-0.0000000001', '-1n'],
    ['below 0 and at the end of what counts', '-16Ei', `-${maximum}`],
    ['more than 2^63-1', '99E', '99000P'],
    ['more than 2^63-1, with an exponent', '1e30', '1000000000000E']
  ])('%s, %s is %s, which is not a number of bytes', (_, text, canonical) => {
    expect(sameQuantity(text, canonical)).toBe(true)
    expect(quantityBytes(text)).toBeUndefined()
  })

  test.each([
    ['the Redis unit', '512mb'],
    ['an unknown unit', '512Xi'],
    ['a capital K', '1K'],
    ['a small i', '1ki'],
    ['white space within', '1 Gi'],
    ['both an exponent and a unit', '1e3Mi'],
    ['an exponent without a number', '1e'],
    ['an exponent with a sign alone', '1e+'],
    ['two signs', '--1'],
    ['two points', '1.2.3'],
    ['hexadecimal digits', '0x1'],
    ['an empty text', ''],
    ['a word that objects know', '1constructor']
  ])('is refused: %s', (_, text) => {
    expect(isQuantity(text)).toBe(false)
    expect(quantityBytes(text)).toBeUndefined()
    expect(sameQuantity(text, text)).toBe(false)
    expect(compareQuantities(text, '1')).toBeUndefined()
  })

  test.each([
    ['a unit alone', 'Mi'],
    ['a point alone', '.'],
    ['a sign alone', '-'],
    ['an exponent alone', 'e3'],
    ['an enormous exponent', '1e999999999']
  ])('is refused although apimachinery accepts it: %s', (_, text) => {
    expect(isQuantity(text)).toBe(false)
  })

  test('may have surrounding white space, as in a field of an object (Quantity.UnmarshalJSON)', () => {
    expect(sameQuantity(' 1Gi\n', '1Gi')).toBe(true)
  })

  test.each([
    ['another amount', '100m', '0.2'],
    ['powers of two and of ten', '1Gi', '1G'],
    ['more than the precision of a JavaScript number', '9007199254740992', '9007199254740993']
  ])('differs from another amount: %s', (_, one, other) => {
    expect(sameQuantity(one, other)).toBe(false)
  })

  test('is compared by its amount', () => {
    expect(compareQuantities('1Gi', '1025Mi')).toBe(-1)
    expect(compareQuantities('1Gi', '1024Mi')).toBe(0)
    expect(compareQuantities('8Pi', '9007199254740991')).toBe(1)
    expect(compareQuantities('-1', '1m')).toBe(-1)
  })

  test('is exact however large it is', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 33n - 2n }), (amount) => {
        expect(sameQuantity(`${amount}Gi`, `${amount * 1024n}Mi`)).toBe(true)
        expect(sameQuantity(`${amount}`, `${amount * 1000n}m`)).toBe(true)
        expect(sameQuantity(`${amount}Gi`, `${amount * 1024n + 1n}Mi`)).toBe(false)
        expect(quantityBytes(`${amount}Gi`)).toBe(amount * 1024n ** 3n)
      })
    )
  })
})

// What CONFIG SET maxmemory of redis-server 7.0.15 answers.
describe('a size in redis.conf notation', () => {
  test.each([
    ['256mb', 268_435_456n],
    ['256m', 256_000_000n],
    ['256MB', 268_435_456n],
    ['1gB', 1_073_741_824n],
    ['1g', 1_000_000_000n],
    ['4kb', 4_096n],
    ['4k', 4_000n],
    ['100b', 100n],
    ['100', 100n],
    ['007', 7n],
    ['0', 0n],
    ['17179869183gb', 18_446_744_072_635_809_792n],
    ['18446744073709551615', 2n ** 64n - 1n]
  ])('%s is %d bytes', (text, bytes) => {
    expect(redisBytes(text)).toBe(bytes)
  })

  test.each([
    ['the Kubernetes unit', '256Mi'],
    ['an unknown unit', '1tb'],
    ['a fraction', '1.5gb'],
    ['a negative number', '-1'],
    ['a sign', '+1'],
    ['white space', '256 mb'],
    ['a word that objects know', '1constructor']
  ])('is refused, like redis-server does: %s', (_, text) => {
    expect(redisBytes(text)).toBeUndefined()
  })

  test.each([
    ['a unit without a number, which is 0', 'mb'],
    ['nothing, which is 0', ''],
    ['more than 64 bits, which begin at 0 again', '99999999999gb']
  ])('is refused although redis-server reads it as another size: %s', (_, text) => {
    expect(redisBytes(text)).toBeUndefined()
  })
})

describe('a size converted between Redis and Kubernetes', () => {
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

  test('keeps the same number of bytes', () => {
    fc.assert(
      fc.property(fc.nat({ max: 4096 }), fc.constantFrom('Ki', 'Mi', 'Gi'), (number, unit) => {
        const quantity = `${number}${unit}`
        expect(redisBytes(toRedisUnit(quantity))).toBe(quantityBytes(quantity))
        expect(toKubernetesUnit(toRedisUnit(quantity))).toBe(quantity)
      })
    )
  })
})

describe('bytes in a readable form', () => {
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

  test('never shows 1024 of a unit that has a bigger one', () => {
    const sizes = fc.oneof(fc.nat({ max: 2 ** 31 - 1 }), fc.constantFrom(2 ** 20 - 1, 2 ** 30 - 1, 2 ** 40 - 1))
    fc.assert(fc.property(sizes, (bytes) => Number(formatBytes(bytes).split(' ')[0]) < 1024))
  })
})

// What time.ParseDuration of Go 1.26 answers.
describe('a duration, parsed like Go', () => {
  test.each([
    ['1h0m0s', 3_600_000_000_000n],
    ['1h', 3_600_000_000_000n],
    ['1.5h', 5_400_000_000_000n],
    ['90m', 5_400_000_000_000n],
    ['1m30s', 90_000_000_000n],
    ['30s1m', 90_000_000_000n],
    ['1s1s', 2_000_000_000n],
    ['0.5s', 500_000_000n],
    ['.5s', 500_000_000n],
    ['5.s', 5_000_000_000n],
    ['500ms', 500_000_000n],
    ['2us', 2_000n],
    ['2µs', 2_000n],
    ['2μs', 2_000n],
    ['7ns', 7n],
    ['1.9ns', 1n],
    ['1.1s', 1_100_000_000n],
    ['0.3333333333333333333h', 1_200_000_000_000n],
    ['0.100000000000000000000h', 360_000_000_000n],
    ['0.9223372036854775807m', 55_340_232_221n],
    ['0', 0n],
    ['0s', 0n],
    ['-0', 0n],
    ['-1h', -3_600_000_000_000n],
    ['+1s', 1_000_000_000n],
    ['9223372036854775807ns', 2n ** 63n - 1n],
    ['-9223372036854775808ns', -(2n ** 63n)]
  ])('reads %s', (text, nanos) => {
    expect(durationNanos(text)).toBe(nanos)
  })

  test.each([
    ['an empty text', ''],
    ['a sign alone', '-'],
    ['no unit', '1'],
    ['zeros without a unit', '00'],
    ['a unit without a number', 'h'],
    ['a point without a digit', '.s'],
    ['white space', '1 h'],
    ['white space around', ' 1h'],
    ['days', '1d'],
    ['a sign within', '1h-1m'],
    ['capital letters', '1H'],
    ['a second line', '5m\n'],
    ['more than 292 years', '9223372036854775808ns'],
    ['more than 292 years, in hours', '2562048h'],
    ['a word that objects know', '1constructor']
  ])('is refused: %s', (_, text) => {
    expect(durationNanos(text)).toBeUndefined()
    expect(sameDuration(text, text)).toBe(false)
  })

  test.each([
    ['1.5h', '1h30m0s'],
    ['0', '0s'],
    ['0.5s', '500ms'],
    ['1h', '60m']
  ])('treats %s and %s as equal', (one, other) => {
    expect(sameDuration(one, other)).toBe(true)
    expect(sameDuration(other, one)).toBe(true)
  })

  test('differs from another duration', () => {
    expect(sameDuration('1h', '1h0m1s')).toBe(false)
    expect(sameDuration('1h', '-1h')).toBe(false)
  })

  test('reads back what Go prints', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(59), fc.nat(59), (hours, minutes, seconds) => {
        const nanos = BigInt((hours * 60 + minutes) * 60 + seconds) * 10n ** 9n
        expect(durationNanos(`${hours}h${minutes}m${seconds}s`)).toBe(nanos)
        expect(durationNanos(`-${hours}h${minutes}m${seconds}s`)).toBe(-nanos)
      })
    )
  })
})

describe('the input timeout', () => {
  test.each([
    ['5m', 300_000],
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['1h', 3_600_000],
    ['1h2m3s', 3_723_000],
    ['0h5m', 300_000],
    ['007s', 7_000]
  ])('%s is %d ms', (text, milliseconds) => {
    expect(timeoutMilliseconds(text)).toBe(milliseconds)
  })

  test.each([
    ['an empty text', ''],
    ['no unit', '300'],
    ['zero', '0s'],
    ['zero without a unit', '0'],
    ['zero in all units', '0h0m0s'],
    ['a negative number', '-5m'],
    ['a sign', '+5m'],
    ['a fraction', '1.5h'],
    ['a unit without a number', 'm'],
    ['the wrong order', '30s5m'],
    ['the same unit twice', '5m5m'],
    ['an unknown unit', '5d'],
    ['milliseconds', '500ms'],
    ['white space', '5 m'],
    ['capital letters', '5M'],
    ['a second line', '5m\n'],
    ['more than a number can hold', '99999999999999999h']
  ])('is refused: %s', (_, text) => {
    expect(timeoutMilliseconds(text)).toBeUndefined()
  })

  test('is parsed like Go where it is accepted at all', () => {
    const part = fc.nat({ max: 100_000 })
    fc.assert(
      fc.property(part, part, fc.integer({ min: 1, max: 100_000 }), (hours, minutes, seconds) => {
        const text = `${hours}h${minutes}m${seconds}s`
        expect(BigInt(timeoutMilliseconds(text) ?? 0) * 1_000_000n).toBe(durationNanos(text))
      })
    )
  })
})

describe('milliseconds in a readable form', () => {
  test.each([
    [0, '0 ms'],
    [85, '85 ms'],
    [100, '0.1 s'],
    [1_700, '1.7 s'],
    [59_900, '59.9 s'],
    [59_999, '1 min'],
    [60_000, '1 min'],
    [125_000, '2 min 5 s'],
    [300_000, '5 min'],
    [3_600_000, '60 min']
  ])('%d is %s', (milliseconds, words) => {
    expect(formatDuration(milliseconds)).toBe(words)
  })

  test('never shows 60 of a unit that has a bigger one', () => {
    fc.assert(
      fc.property(fc.nat({ max: 86_400_000 }), (milliseconds) => !/\b60(\.0)? s/.test(formatDuration(milliseconds)))
    )
  })
})

describe('any text', () => {
  const written = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom('0', '1', '9', '.', 'e', 'E', '+', '-', 'k', 'm', 'M', 'G', 'i', 'b', 'h', 's') })
  )

  test('is read as a size within range, or refused', () => {
    const fits = (bytes: bigint | undefined, bits: bigint) => bytes === undefined || (bytes >= 0n && bytes < 2n ** bits)
    fc.assert(fc.property(written, (text) => fits(redisBytes(text), 64n) && fits(quantityBytes(text), 63n)))
  })

  test('is read as a timeout of positive whole milliseconds, or refused', () => {
    fc.assert(
      fc.property(written, (text) => {
        const milliseconds = timeoutMilliseconds(text)
        return milliseconds === undefined || (Number.isSafeInteger(milliseconds) && milliseconds > 0)
      })
    )
  })

  test('equals itself only as a quantity or a duration', () => {
    fc.assert(
      fc.property(written, (text) => {
        expect(sameQuantity(text, text)).toBe(isQuantity(text))
        expect(sameDuration(text, text)).toBe(durationNanos(text) !== undefined)
      })
    )
  })
})
