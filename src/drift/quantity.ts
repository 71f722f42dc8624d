/** Powers of ten and of two that the suffix of a quantity stands for (quantity.go of apimachinery). */
const decimal: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }
const binary: Record<string, number> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 }

/** Whether two quantities are one amount, as `0.1` and `100m`, or `1Gi` and `1024Mi`; false if either is none. */
export function sameQuantity(a: string, b: string): boolean {
  const [first, second] = [amount(a), amount(b)]
  return first !== undefined && first === second
}

/** In billionths, to which the server rounds up. */
function amount(text: string): bigint | undefined {
  const [, sign, whole, fraction = '', exponent, suffix = ''] =
    /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,2})|([a-zA-Z]{0,2}))$/.exec(text) ?? []
  const power = exponent === undefined ? decimal[suffix] : Number(exponent)
  const shift = binary[suffix]
  if (whole === undefined || (power === undefined && shift === undefined)) return undefined
  const digits = BigInt(`${whole}${fraction}`) << BigInt(shift ?? 0)
  const zeros = 9 + (power ?? 0) - fraction.length
  const billionths = zeros >= 0 ? digits * 10n ** BigInt(zeros) : roundedUp(digits, 10n ** BigInt(-zeros))
  return sign === '-' ? -billionths : billionths
}

function roundedUp(digits: bigint, divisor: bigint): bigint {
  return (digits + divisor - 1n) / divisor
}
