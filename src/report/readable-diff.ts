/** More than anybody reads, and little enough for a summary. */
const limits = { lines: 2_000, bytes: 200_000, lineLength: 1_000 }

/** As much of a unified diff as anybody reads: the first lines of it, and of a very long line where it changes. */
export function readableDiff(diff: string): string {
  const lines = diff.trimEnd().split('\n')
  const others = counterparts(lines)
  const cut = lines.map((line, index) => cutLine(line, lines[others.get(index) ?? index] ?? line))
  return limited(cut).join('\n').toWellFormed()
}

/** For each removed line the index of the line that was added in its place, and the other way round. */
function counterparts(lines: readonly string[]): Map<number, number> {
  const found = new Map<number, number>()
  for (let start = 0; start < lines.length; ) {
    const removed = runLength(lines, start, '-')
    const added = runLength(lines, start + removed, '+')
    for (let index = start; index < start + Math.min(removed, added); index++) {
      found.set(index, index + removed).set(index + removed, index)
    }
    start += Math.max(1, removed + added)
  }
  return found
}

function runLength(lines: readonly string[], start: number, sign: string): number {
  let end = start
  while (lines[end]?.startsWith(sign)) end++
  return end - start
}

/** The sign and the text of a line, cut to where it begins to differ from the other one if it is too long. */
function cutLine(line: string, other: string): string {
  const [sign, text, next] = [line.slice(0, 1), line.slice(1), other.slice(1)]
  if (text.length <= limits.lineLength) return line
  let same = 0
  while (same < text.length && text[same] === next[same]) same++
  const from = line === other ? 0 : Math.max(0, same - limits.lineLength / 4)
  const [start, rest] = from < limits.lineLength / 4 ? ['', text] : [`${text.slice(0, 100)} … `, text.slice(from)]
  return `${sign}${start}${rest.slice(0, limits.lineLength / 2)}${rest.length > limits.lineLength / 2 ? ' …' : ''}`
}

function limited(lines: readonly string[]): readonly string[] {
  let bytes = 0
  const end = lines.findIndex((line, index) => {
    bytes += Buffer.byteLength(line) + 1
    return index >= limits.lines || bytes > limits.bytes
  })
  return end < 0 ? lines : [...lines.slice(0, end), `… ${lines.length - end} more lines`]
}
