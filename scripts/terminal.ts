/** The Markdown of a job summary as text for a terminal: tables in columns, folded parts open, no markup. */
export function terminalText(markdown: string): string {
  const lines = markdown
    .replace(/<details><summary>(.*?)<\/summary>/g, '$1:')
    .replace(/<\/?(details|pre)>/g, '')
    .split('\n')
  const out: string[] = []
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ''
    if (!line.startsWith('| ')) {
      out.push(plain(line.replace(/^#+ /, '')))
      continue
    }
    const table: string[][] = []
    for (; lines[index]?.startsWith('| '); index++) table.push(cells(lines[index] ?? ''))
    out.push(...columns(table.filter((row) => !row.every((cell) => /^-+$/.test(cell)))))
    index--
  }
  return out.join('\n').replace(/\n{3,}/g, '\n\n')
}

function cells(line: string): string[] {
  return line
    .slice(2, -2)
    .split(/ \| /)
    .map((cell) => plain(cell).trim())
}

function columns(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ''))))
  return rows.map((row) =>
    `  ${row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell))).join('  ')}`.trimEnd()
  )
}

// ✅ and ❌ take two columns.
function width(text: string): number {
  return [...text].reduce((sum, character) => sum + (/\p{Emoji_Presentation}/u.test(character) ? 2 : 1), 0)
}

function plain(text: string): string {
  return text
    .replace(/<br>/g, ' ')
    .replace(/`([^`]*)`/g, '$1')
    .replace(/\*\*([^*]*)\*\*/g, '$1')
    .replace(/\\([\\`*[\]|~_])/g, '$1')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&#64;/g, '@')
    .replace(/&amp;/g, '&')
}
