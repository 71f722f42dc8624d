/** How many lines a sentence names, unless it says another number. */
export const mostInSentence = 5

/** The first items in a sentence, and how many there are besides: `a; b; and 3 more`. */
export function listed(items: readonly string[], separator: string, most = mostInSentence): string {
  const rest = items.length - most
  return [...items.slice(0, most), ...(rest > 0 ? [`and ${rest} more`] : [])].join(separator)
}
