/** The possible values of a plain scalar. */
export type PlainValue = string | number | boolean | null

/**
 * The parser of a Go program. Version 2 of go-yaml is behind sigs.k8s.io/yaml, with which the API server, kubectl and
 * kustomize read and write; with version 3, kustomize reads the files that a kustomization refers to.
 */
export type GoYaml = 2 | 3

/**
 * A plain scalar as Go reads it (resolve.go of go-yaml). It is YAML 1.1 with differences: `1:30`, dates and `.` are
 * texts, 0o17 is 15, and a number that is too large remains a text.
 * @throws Error for infinity and NaN: JSON has neither
 */
export function plainValue(text: string, version: GoYaml): PlainValue {
  if (/^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/.test(text)) throw new Error(`JSON has no number ${text}`)
  if (/^(~|null|Null|NULL)?$/.test(text)) return null
  if (/^(true|True|TRUE)$/.test(text)) return true
  if (/^(false|False|FALSE)$/.test(text)) return false
  if (version === 2 && /^([yY]|yes|Yes|YES|on|On|ON)$/.test(text)) return true
  if (version === 2 && /^([nN]|no|No|NO|off|Off|OFF)$/.test(text)) return false
  if (text.startsWith('.')) return /^\.\d+(_\d+)*([eE][-+]?\d+(_\d+)*)?$/.test(text) ? decimal(text) : text
  if (!/^[-+\d]/.test(text)) return text
  const digits = text.replaceAll('_', '')
  return integer(digits) ?? (/^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(digits) ? decimal(text) : text)
}

const minimum = -(2n ** 63n)
const maximum = 2n ** 64n - 1n
/** A signed number has 63 bits. */
const signedMaximum = 2n ** 63n - 1n

const pattern = /^([-+]?)(0|[1-9]\d*|0[xX][\da-fA-F]+|0[oO]?[0-7]+|0[bB][01]+)$/

/** Undefined for a number beyond 64 bits. */
function integer(text: string): number | undefined {
  // Go also reads 0b-11 as -3.
  const [, sign, digits] = pattern.exec(text.replace(/^0b([-+])/, '$10b')) ?? []
  if (digits === undefined) return undefined
  const size = BigInt(/^0\d/.test(digits) ? `0o${digits}` : digits)
  const value = sign === '-' ? -size : size
  return value >= minimum && value <= (sign === '' ? maximum : signedMaximum) ? Number(value) : undefined
}

/** A text of decimal digits, or that text if the number is too large. */
function decimal(text: string): number | string {
  const value = Number(text.replaceAll('_', ''))
  return Number.isFinite(value) ? value : text
}
