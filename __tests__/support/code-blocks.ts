/** The code blocks of a Markdown text in one language, without the indentation of lists. */
export function codeBlocks(markdown: string, language: string): string[] {
  const fences = new RegExp(`^( *)\`\`\`${language}\\n(.*?)^ *\`\`\`$`, 'gms')
  return [...markdown.matchAll(fences)].map(([, indent = '', block = '']) =>
    block.replaceAll(new RegExp(`^${indent}`, 'gm'), '')
  )
}
