/**
 * Text for a Markdown paragraph or table cell: it stays text, whatever it holds. What is special only at the start of a
 * line or next to an escaped bracket is left as it is, so that the file also reads well where nothing renders it.
 */
export function escaped(text: string): string {
  return unlinked(html(text))
    .replace(/[\\`*[\]|~]/g, (character) => `\\${character}`)
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_')
    .replace(/\s*[\r\n\u2028\u2029]\s*/g, '<br>')
}

/** Text in the type of code, on one line, safe inside a table cell too. */
export function code(text: string): string {
  return `\`${text.replace(/`/g, 'ʼ').replace(/\|/g, '\\|').replace(/\s+/g, ' ')}\``
}

/** A table; the cells are Markdown already. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')
}

/** A section that is folded until someone opens it. */
export function folded(title: string, content: string): string {
  return `<details><summary>${unlinked(html(title)).replace(/\s+/g, ' ')}</summary>\n\n${content}\n\n</details>`
}

/** Text as it is, line by line, cut at the front where it is too long: the end of a log says most. */
export function verbatim(text: string, maximum = 16_000): string {
  const kept = text.length > maximum ? `… (cut)\n${text.slice(-maximum)}` : text
  // `<pre>` at the start of a line ends with `</pre>` only, so that empty lines stay inside.
  return `<pre>${html(kept)}</pre>`
}

/** A diff in its colours. Nothing inside a fence is Markdown; the fence is longer than any in the text. */
export function diffBlock(diff: string): string {
  const longest = Math.max(2, ...[...diff.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}diff\n${diff.trimEnd()}\n${fence}`
}

function html(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}

/**
 * GitHub looks for people and issues in the text that a reader sees, but not in code and `<pre>`. There neither a
 * backslash nor an entity hides an at sign; a character without width between it and the name does.
 */
function unlinked(text: string): string {
  return text.replace(/@|#(?=\d)|(?<![a-z\d])GH-(?=\d)|\/(?:discussions|issues|pull)\/(?=\d)/gi, '$&&#8203;')
}
