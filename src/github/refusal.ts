import { messageOf } from '../failure.ts'
import { formatDuration } from '../units.ts'
import { GitHubError } from './errors.ts'

const permission = 'add `pull-requests: write` under `permissions:` of the job'
const report = 'please report it with the log of this run'
const later = 'run the job again later, or read the job summary, which says the same'

/** What stood against a comment, and what to do about it. Everything that GitHub wrote is harmless already. */
export function toRefusal(error: unknown, { isFork }: { isFork: boolean }): { reason: string; hint: string } {
  if (!(error instanceof GitHubError)) return { reason: `unexpected error: ${messageOf(error)}`, hint: report }
  const { status, message, wait } = error
  if (status === undefined) {
    return { reason: `GitHub does not answer (${message})`, hint: 'see whether the runner can reach `GITHUB_API_URL`' }
  }
  if (wait !== undefined) {
    return { reason: `GitHub limits requests and asks to wait ${formatDuration(wait)}`, hint: later }
  }
  if (status === 429) return { reason: `GitHub limits requests (${message})`, hint: later }
  if (status >= 500) return { reason: `GitHub fails (${message})`, hint: later }
  if (status === 401) {
    return {
      reason: `GitHub does not know the token (${message})`,
      hint: 'set the input `github-token`, or leave it out'
    }
  }
  if (/\b(locked|archived)\b/i.test(message)) {
    return { reason: `GitHub takes none (${message})`, hint: 'unlock the conversation, or set `comment: never`' }
  }
  if (status === 403 && isFork) {
    return {
      reason: `the token of a pull request from a fork can only read (${message})`,
      hint: 'read the job summary, which says the same; `pull_request_target` is no way out, it is not safe'
    }
  }
  if (status === 403 || status === 404) return { reason: `the token may not comment (${message})`, hint: permission }
  return { reason: `GitHub refuses the comment (${message})`, hint: report }
}
