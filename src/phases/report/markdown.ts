/**
 * Text for a Markdown paragraph or table cell: it stays text, whatever it contains. What is special only at the start
 * of a line or next to an escaped bracket is left unescaped, so that the file is also readable without rendering.
 */
export function escaped(text: string): string {
  return unlinked(html(text))
    .replace(/[\\`*[\]|~]/g, (character) => `\\${character}`)
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_')
    .replace(/\s*[\r\n\u2028\u2029]\s*/g, '<br>')
}

/** Inline code, on one line, also safe in a table cell. */
export function code(text: string): string {
  return `\`${text.replace(/`/g, 'ʼ').replace(/\|/g, '\\|').replace(/\s+/g, ' ')}\``
}

/** A table; the cells are Markdown already. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')
}

/** A collapsed section. */
export function folded(title: string, content: string): string {
  return `<details><summary>${unlinked(html(title)).replace(/\s+/g, ' ')}</summary>\n\n${content}\n\n</details>`
}

/** Preformatted text, cut at the front if it is too long: the end of a log is the most useful. */
export function verbatim(text: string, maximum = 16_000): string {
  const kept = text.length > maximum ? `… (cut)\n${text.slice(-maximum)}` : text
  // `<pre>` at the start of a line only ends with `</pre>`, so empty lines stay inside.
  return `<pre>${html(kept)}</pre>`
}

/** A coloured diff. Markdown inside a fence is not rendered; the fence is longer than any in the text. */
export function diffBlock(diff: string): string {
  const longest = Math.max(2, ...[...diff.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}diff\n${diff.trimEnd()}\n${fence}`
}

function html(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}

/**
 * GitHub looks for users and issues in the rendered text, but not in code and `<pre>`. Neither a backslash nor an
 * entity hides an at sign there; a zero-width character between it and the name does.
 */
function unlinked(text: string): string {
  return text.replace(/@|#(?=\d)|(?<![a-z\d])GH-(?=\d)|\/(?:discussions|issues|pull)\/(?=\d)/gi, '$&&#8203;')
}
