/**
 * The kubeconfig text in a value, plain or as base64, as secrets of workflows often are (also base64 of base64, where a
 * value was encoded twice); undefined if the value is neither. A truncated or otherwise broken text counts as text, so
 * that it is never taken for a path.
 */
export function kubeconfigText(value: string): string | undefined {
  const text = value.trim()
  return decoded(text) ?? (isText(text) ? value : undefined)
}

/** A path never looks like this: flow YAML or JSON, several lines, or the first fields of every kubeconfig. */
function isText(text: string): boolean {
  return /[{\n]|apiVersion/.test(text)
}

/** A path may consist of base64 characters, but does not decode to text: one that starts with `/` is not UTF-8. */
function decoded(base64: string): string | undefined {
  if (!/^[\w+/\s-]+={0,2}$/.test(base64)) return undefined
  // Truncated text may end within a character.
  const text = Buffer.from(base64, 'base64')
    .toString('utf8')
    .replace(/\ufffd$/, '')
  if (/\ufffd|[^\P{Cc}\t\n\r]/u.test(text)) return undefined
  return decoded(text.trim()) ?? (isText(text) ? text : undefined)
}
