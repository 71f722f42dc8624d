const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', commat: '@', num: '#' }

/**
 * The text in which GitHub looks for people and issues: that of the rendered page, without code. So an entity is the
 * character that it stands for, and a backslash before punctuation is gone.
 */
export function spoken(markdown: string): string {
  // A title is HTML, in which a backslash and a backtick are characters like any other.
  const titles = [...markdown.matchAll(/^<details><summary>(.*)<\/summary>$/gm)].map(([, title = '']) => title)
  const rest = markdown
    .replace(/^<details><summary>.*<\/summary>$/gm, '')
    .replace(/^(`{3,})diff\n.*?\n\1$/gms, '')
    .replace(/<pre>[^<]*<\/pre>/g, '')
    .replace(/\\(.)|`[^`\n]*`/g, (_, character: string | undefined) => character ?? '')
  return [...titles, rest].map((html) => decoded(html.replace(/<[^>]*>/g, '\n'))).join('\n')
}

function decoded(html: string): string {
  return html.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (entity, decimal, hexadecimal, name) => {
    if (name !== undefined) return named[name] ?? entity
    return String.fromCodePoint(decimal === undefined ? Number.parseInt(hexadecimal, 16) : Number(decimal))
  })
}

/** What would notify somebody, or write a line into an issue: `@octocat`, `#1`, `GH-1`, and the address of an issue. */
export const references = /@\w|#\d|(?<![a-z\d])GH-\d|\/(?:discussions|issues|pull)\/\d/i
