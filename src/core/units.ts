/**
 * Quantities as in Kubernetes, sizes as in Redis, durations as in Go: each grammar is implemented once, here. All of
 * them use bigint, because a number is exact to 2^53 only, and a claim of 8Pi is more.
 */

/** The powers of ten and of two for the suffix of a quantity (suffix.go of apimachinery). */
const decimalPowers: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }
const binaryPowers: Record<string, number> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 }

const nano = 10n ** 9n
const maxInt64 = 2n ** 63n - 1n

/** Whether a text is a quantity (`512Mi`, `1.5Gi`, `1e9`, `250m`). */
export function isQuantity(text: string): boolean {
  return quantityNanos(text) !== undefined
}

/**
 * Whether two quantities are the same amount, as `0.1` and `100m`, or `1Gi` and `1024Mi`; false if either is invalid.
 */
export function sameQuantity(one: string, other: string): boolean {
  return compareQuantities(one, other) === 0
}

/** Less than, equal to or greater than 0, as the first quantity is to the second; undefined if either is invalid. */
export function compareQuantities(one: string, other: string): number | undefined {
  const [first, second] = [quantityNanos(one), quantityNanos(other)]
  if (first === undefined || second === undefined) return undefined
  return first < second ? -1 : Number(first > second)
}

/**
 * Bytes of a memory limit or a claim, a fraction of a byte rounded up (`Quantity.Value` of apimachinery).
 * @returns undefined if the text is not a quantity, or not a number of bytes: below 0, or more than 2^63-1, where
 * apimachinery itself overflows
 */
export function quantityBytes(text: string): bigint | undefined {
  const nanos = quantityNanos(text)
  if (nanos === undefined || nanos < 0n) return undefined
  const bytes = ceiled(nanos, nano)
  return bytes > maxInt64 ? undefined : bytes
}

/**
 * A quantity in billionths, to which the server rounds up, away from 0 (ParseQuantity in quantity.go of apimachinery).
 * As there, `E` alone is a suffix and `E3` an exponent, powers of two end at 2^63-1, and surrounding white space is
 * invalid. Two texts that apimachinery accepts are invalid here: one without a digit (`Mi` is 0 there), which nobody
 * means, and an exponent beyond 999, which the server would expand to as many zeros.
 */
export function quantityNanos(text: string): bigint | undefined {
  const [, sign, whole = '', fraction = '', exponent, suffix = ''] =
    /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:[eE]([+-]?0*\d{1,3})|([a-zA-Z]{0,2}))$/.exec(text.trim()) ?? []
  if (sign === undefined) return undefined
  const digits = BigInt(`${whole}${fraction}`)
  const shift = exponent === undefined ? own(binaryPowers, suffix) : undefined
  const power = exponent === undefined ? own(decimalPowers, suffix) : Number(exponent)
  if (shift !== undefined) {
    const nanos = scaled(digits << BigInt(shift), 9 - fraction.length)
    return signed(sign, nanos > maxInt64 * nano ? maxInt64 * nano : nanos)
  }
  return power === undefined ? undefined : signed(sign, scaled(digits, 9 + power - fraction.length))
}

/** Digits times a power of ten, rounded up. */
function scaled(digits: bigint, power: number): bigint {
  return power >= 0 ? digits * 10n ** BigInt(power) : ceiled(digits, 10n ** BigInt(-power))
}

function ceiled(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor
}

function signed(sign: string, amount: bigint): bigint {
  return sign === '-' ? -amount : amount
}

/** The own property of a table, not an inherited one. */
function own<T>(table: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

const redisUnits: Record<string, bigint> = {
  '': 1n,
  b: 1n,
  k: 1000n,
  kb: 1024n,
  m: 1000n ** 2n,
  mb: 1024n ** 2n,
  g: 1000n ** 3n,
  gb: 1024n ** 3n
}

/**
 * Bytes of a size in redis.conf notation: `256mb` is 268435456, `256m` is 256000000 (memtoull in util.c of Redis).
 * @returns undefined if redis-server would refuse it, as it does with the Kubernetes unit `256Mi`, or read another
 * size: it reads `mb` as 0, and wraps around after 2^64-1
 */
export function redisBytes(text: string): bigint | undefined {
  const [, number, unit = ''] = /^(\d+)([a-z]*)$/i.exec(text) ?? []
  const factor = own(redisUnits, unit.toLowerCase())
  if (number === undefined || factor === undefined) return undefined
  const bytes = BigInt(number) * factor
  return bytes < 2n ** 64n ? bytes : undefined
}

/** The Redis size closest to what was written: `256Mi` → `256mb`. */
export function toRedisUnit(text: string): string {
  return text.replace(/([KMG])i$/i, (_, unit: string) => `${unit.toLowerCase()}b`)
}

/** The Kubernetes quantity closest to what was written: `256mb` → `256Mi`. */
export function toKubernetesUnit(text: string): string {
  return text.replace(/([kmg])b$/i, (_, unit: string) => `${unit.toUpperCase()}i`)
}

/** Bytes in a readable form, in powers of 1024: `1.0 MiB`, `256 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  const last = units.length - 1
  let power = 0
  // Moves to the next unit if it would be displayed as 1024 or more.
  while (power < last && Number(rounded(bytes / 1024 ** power)) >= 1024) power++
  return `${rounded(bytes / 1024 ** power)} ${units[power]}`
}

function rounded(value: number): string {
  return Number.isInteger(value) || value >= 100 ? String(Math.round(value)) : value.toFixed(1)
}

/** Nanoseconds; both characters that look like a micro sign are accepted. */
const durationUnits: Record<string, bigint> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n
}

/**
 * Nanoseconds of a duration parsed like Go, and thus like every duration in a Kubernetes object: `1h0m0s`, `1.5h`,
 * `-1s`, `0` (time.ParseDuration). Fractions of a nanosecond are truncated.
 * @returns undefined if it is invalid, or longer than 2^63-1 ns, which are 292 years
 */
export function durationNanos(text: string): bigint | undefined {
  const [, sign, parts] = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|0)$/.exec(text) ?? []
  if (sign === undefined || parts === undefined) return undefined
  let sum = 0n
  for (const [, whole = '', fraction = '', unit = ''] of parts.matchAll(/(\d*)\.?(\d*)([a-zµμ]+)/g)) {
    const factor = durationUnits[unit] ?? 0n
    sum += BigInt(whole) * factor + fractionNanos(fraction, factor)
  }
  // Go has one more number below 0 than above.
  if (sum > (sign === '-' ? maxInt64 + 1n : maxInt64)) return undefined
  return signed(sign, sum)
}

/** Go multiplies a fraction as a 64-bit float, like JavaScript, and so loses the same nanosecond: `1.1s` is exact. */
function fractionNanos(fraction: string, unit: bigint): bigint {
  let [value, scale] = [0n, 1]
  for (const digit of fraction) {
    // Digits beyond 63 bits are dropped.
    if (value > maxInt64 / 10n) break
    value = value * 10n + BigInt(digit)
    scale *= 10
  }
  return BigInt(Math.trunc(Number(value) * (Number(unit) / scale)))
}

/** Whether two texts are the same duration, as `1.5h` and `1h30m0s`, or `0` and `0s`; false if either is invalid. */
export function sameDuration(one: string, other: string): boolean {
  const nanos = durationNanos(one)
  return nanos !== undefined && nanos === durationNanos(other)
}

const timeoutUnits = { h: 3_600_000, m: 60_000, s: 1_000 } as const

/**
 * Milliseconds of the input `timeout`: `5m`, `90s`, `1h30m`. A restricted grammar, the unambiguous part of Go's: whole
 * numbers, each unit once, from the largest to the smallest, and more than zero.
 * @returns undefined if the text is not such a duration
 */
export function timeoutMilliseconds(text: string): number | undefined {
  if (!/^(\d+h)?(\d+m)?(\d+s)?$/.test(text)) return undefined
  let milliseconds = 0
  for (const [, number, unit] of text.matchAll(/(\d+)([hms])/g)) {
    milliseconds += Number(number) * timeoutUnits[unit as keyof typeof timeoutUnits]
  }
  return milliseconds > 0 && Number.isSafeInteger(milliseconds) ? milliseconds : undefined
}

/** Milliseconds in a readable form: `85 ms`, `1.7 s`, `2 min 5 s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 100) return `${Math.round(milliseconds)} ms`
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`
  const seconds = Math.round(milliseconds / 1000)
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
