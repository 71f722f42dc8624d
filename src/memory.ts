const redisUnits: Record<string, number> = {
  b: 1,
  k: 1000,
  kb: 1024,
  m: 1000 ** 2,
  mb: 1024 ** 2,
  g: 1000 ** 3,
  gb: 1024 ** 3
}

const quantityUnits: Record<string, number> = {
  '': 1,
  m: 0.001,
  k: 1000,
  M: 1000 ** 2,
  G: 1000 ** 3,
  T: 1000 ** 4,
  P: 1000 ** 5,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  Pi: 1024 ** 5
}

/**
 * Bytes of a size as redis.conf writes it: `256mb` is 268435456, `256m` is 256000000 (memtoull in util.c of Redis).
 * @returns undefined if redis-server would refuse it, as it does with the Kubernetes unit `256Mi`
 */
export function parseRedisMemory(text: string): number | undefined {
  const [, number, unit] = /^(\d+)([a-z]*)$/i.exec(text) ?? []
  if (number === undefined || unit === undefined) return undefined
  const factor = unit === '' ? 1 : redisUnits[unit.toLowerCase()]
  return factor === undefined ? undefined : safe(Number(number) * factor)
}

/** Bytes of a Kubernetes quantity (`512Mi`, `1.5Gi`, `1e9`); undefined if it is none. */
export function parseQuantity(text: string): number | undefined {
  const [, number, exponent, unit] = /^\+?(\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d+)|([a-zA-Z]*))$/.exec(text) ?? []
  if (number === undefined) return undefined
  const factor = exponent === undefined ? quantityUnits[unit ?? ''] : 10 ** Number(exponent)
  return factor === undefined ? undefined : safe(Math.ceil(exact(Number(number) * factor)))
}

/** The Kubernetes quantity and the Redis size that come nearest to what was written: `256Mi` ↔ `256mb`. */
export function toRedisUnit(text: string): string {
  return text.replace(/([KMG])i$/i, (_, unit: string) => `${unit.toLowerCase()}b`)
}

export function toKubernetesUnit(text: string): string {
  return text.replace(/([kmg])b$/i, (_, unit: string) => `${unit.toUpperCase()}i`)
}

/** Bytes as a person reads them, in powers of 1024: `1.0 MiB`, `256 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  const last = units.length - 1
  let power = 0
  // Counted up while it would be shown as 1024 or more, which is one of the next unit.
  while (power < last && Number(rounded(bytes / 1024 ** power)) >= 1024) power++
  return `${rounded(bytes / 1024 ** power)} ${units[power]}`
}

/** Without the error of a binary fraction, which would make a byte more of 2.007M. */
function exact(bytes: number): number {
  return Number(bytes.toPrecision(15))
}

function rounded(value: number): string {
  return Number.isInteger(value) || value >= 100 ? String(Math.round(value)) : value.toFixed(1)
}

function safe(bytes: number): number | undefined {
  return Number.isSafeInteger(bytes) ? bytes : undefined
}
