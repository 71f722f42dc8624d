import { harmlessLine } from './untrusted-text.ts'

const longest = 120

const signs = [
  /pass|secret|token|credential|auth|private|api[-_.]?key|access[-_.]?key|bearer|session|salt|signature/i,
  /-----BEGIN /,
  // A URL with a password.
  /\/\/[^/\s"]*:[^/\s"]*@/,
  // Random text; the digest of an image is none of it.
  /(?<!sha256:)(?<![0-9a-z])[0-9a-f]{32,}(?![0-9a-z])/,
  /(?=[\w+/=-]*[a-z])(?=[\w+/=-]*[A-Z])(?=[\w+/=-]*\d)[\w+/=-]{24,}/
]

/**
 * Two values of a field as they may be shown, `undefined` for none: cut to where they begin to differ.
 * @returns undefined if it is a Secret, or if the field or either value looks like a credential
 */
export function shownValues(kind: string, field: string, values: [unknown, unknown]): [string, string] | undefined {
  const [first, second] = values.map((value) => (value === undefined ? 'nothing' : JSON.stringify(value)))
  if (first === undefined || second === undefined) return undefined
  if (kind === 'Secret' || [field, first, second].some((text) => signs.some((sign) => sign.test(text))))
    return undefined
  if (first.length <= longest && second.length <= longest) return [harmlessLine(first), harmlessLine(second)]
  let same = 0
  while (same < first.length && first[same] === second[same]) same++
  const from = Math.max(0, same - longest / 3)
  const part = (text: string) => harmlessLine(`${from > 0 ? '…' : ''}${text.slice(from)}`, longest)
  return [part(first), part(second)]
}
