/** The most that a manifest may be: far more than a cache needs, and still read within seconds whatever it holds. */
export const manifestLimits = { bytes: 2 * 1024 ** 2, documents: 1_000, depth: 100, aliases: 100, merged: 10_000_000 }

/** What is too much of a text, before time and memory are spent on it. */
export function excessOf(text: string): string | undefined {
  const bytes = Buffer.byteLength(text)
  if (bytes > manifestLimits.bytes) return `has ${bytes} bytes; at most ${manifestLimits.bytes} are read`
  const separators = text.match(/^---(?=\s|$)/gm)?.length ?? 0
  if (separators <= manifestLimits.documents) return undefined
  return `has more than ${manifestLimits.documents} documents; at most so many are read`
}
