import type { CommentInputs } from './deps.ts'
import { markers } from './marker.ts'

/**
 * GitHub refuses a comment of more than 65,536 characters ("Body is too long (maximum is 65536 characters)", 422).
 * UTF-16 units are counted here, which are never fewer, with a margin.
 */
const maximumLength = 65_000

/** For how many bytes the report is made, details left out, before it is cut: it leaves room for the head and foot. */
export const maximumReportBytes = 60_000

/** The whole text of a comment: the markers, the report, and a link to its run. */
export function commentBody({ environment, run, body, runUrl }: CommentInputs): string {
  const head = markers(environment, run)
  const page = runUrl === undefined ? `run ${run.id}` : `[run ${run.id}](${runUrl})`
  const foot = `\n\n<sub>${page}, attempt ${run.attempt}</sub>\n`
  const note = `\n\n**The rest is cut: a comment has no room for it.** The full report is the job summary of ${page}.`
  return `${head}${shortened(body.trimEnd(), maximumLength - head.length - foot.length, note)}${foot}`
}

export function shortened(markdown: string, maximum: number, note: string): string {
  if (markdown.length <= maximum) return markdown
  const lines = markdown.split('\n')
  let open: readonly string[] = []
  let length = note.length
  let kept = { count: 0, closing: '' }
  for (const [index, line] of lines.entries()) {
    const before = open.length
    open = openAfter(line, open)
    const closing = open.toReversed().join('')
    length += line.length + 1
    if (length + closing.length > maximum) break
    // An empty fold or fence would be useless.
    if (line.trim() !== '' && open.length <= before) kept = { count: index + 1, closing }
  }
  return `${lines.slice(0, kept.count).join('\n')}${kept.closing}${note}`
}

const closings = { details: '\n\n</details>', pre: '\n</pre>' }
const fence = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/
const spansAndTags = /`[^`]*`|<(\/?)(details|pre)\b[^>]*>/g

/** The elements that are still open after a line, as their closing texts, the innermost last. */
function openAfter(line: string, open: readonly string[]): readonly string[] {
  const inner = open.at(-1)
  const mark = fence.exec(line)?.[1]
  if (inner?.match(/^\n[`~]/)) {
    const closes = mark?.startsWith(inner.trim()) && line.trim() === mark
    return closes ? open.slice(0, -1) : open
  }
  if (inner === closings.pre) return line.includes('</pre>') ? open.slice(0, -1) : open
  if (mark !== undefined) return [...open, `\n${mark}`]
  return [...line.matchAll(spansAndTags)].reduce((now, [, slash, tag]) => afterTag(now, slash, tag), open)
}

function afterTag(open: readonly string[], slash: string | undefined, tag: string | undefined): readonly string[] {
  if (tag !== 'details' && tag !== 'pre') return open
  if (slash === '') return open.at(-1) === closings.pre ? open : [...open, closings[tag]]
  return open.at(-1) === closings[tag] ? open.slice(0, -1) : open
}
