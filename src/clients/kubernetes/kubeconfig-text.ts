/**
 * The text of a kubeconfig that a value holds, as it is or as base64, as secrets of workflows often are (also as base64
 * of base64, where somebody encoded what was encoded already); undefined if
 * the value is neither. What is cut off or else broken is a text as well: only so it is never taken for a path.
 */
export function kubeconfigText(value: string): string | undefined {
  const text = value.trim()
  return decoded(text) ?? (isText(text) ? value : undefined)
}

/** No path looks like it: a flow of YAML or JSON, several lines, or what every kubeconfig says of itself. */
function isText(text: string): boolean {
  return /[{\n]|apiVersion/.test(text)
}

/** A path consists of the same letters, but what it decodes to is no text: one that begins with `/` is no UTF-8. */
function decoded(base64: string): string | undefined {
  if (!/^[\w+/\s-]+={0,2}$/.test(base64)) return undefined
  // What is cut off may end within a character.
  const text = Buffer.from(base64, 'base64')
    .toString('utf8')
    .replace(/\ufffd$/, '')
  if (/\ufffd|[^\P{Cc}\t\n\r]/u.test(text)) return undefined
  return decoded(text.trim()) ?? (isText(text) ? text : undefined)
}
