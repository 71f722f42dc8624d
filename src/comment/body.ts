import { markers } from './marker.ts'
import type { CommentInputs } from './ports.ts'
import { shortened } from './shortened.ts'

/**
 * GitHub refuses a comment of more than 65,536 characters ("Body is too long (maximum is 65536 characters)", 422). We
 * count UTF-16 units, which are never fewer, and keep some distance.
 */
const maximumLength = 65_000

/** The whole text of a comment: the markers, the report, and where it comes from. */
export function commentBody({ environment, run, body, runUrl }: CommentInputs): string {
  const head = markers(environment, run)
  const page = runUrl === undefined ? `run ${run.id}` : `[run ${run.id}](${runUrl})`
  const foot = `\n\n<sub>${page}, attempt ${run.attempt}</sub>\n`
  const note = `\n\n**The rest is cut: a comment has no room for it.** The whole report is the job summary of ${page}.`
  return `${head}${shortened(body.trimEnd(), maximumLength - head.length - foot.length, note)}${foot}`
}
