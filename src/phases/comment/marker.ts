import type { RunNumber } from './context.ts'

/** Whether a name is allowed in a marker: it cannot end the HTML comment, nor be confused with another name. */
export function isMarkable(environment: string): boolean {
  return /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(environment)
}

/** The two hidden lines at the start of a comment: its environment, and the run that wrote it. */
export function markers(environment: string, { id, attempt }: RunNumber): string {
  return `${marker(environment)}\n<!-- run ${id}, attempt ${attempt} -->\n`
}

/**
 * Whether a comment is about the environment. Only the first line counts: the text below it comes from others. GitHub
 * stores CR LF line ends once a comment was edited in the browser.
 */
export function isMarked(body: string, environment: string): boolean {
  return /^[^\r\n]*/.exec(body)?.[0] === marker(environment)
}

/** The run that wrote a comment; older than every run if its marker was edited away. */
export function runIn(body: string): RunNumber {
  const [, id, attempt] = /^.*\r?\n<!-- run (\d{1,15}), attempt (\d{1,15}) -->/.exec(body) ?? []
  return { id: Number(id ?? 0), attempt: Number(attempt ?? 0) }
}

/** Positive if the first run is the newer one. */
export function compareRuns(one: RunNumber, other: RunNumber): number {
  return one.id - other.id || one.attempt - other.attempt
}

function marker(environment: string): string {
  return `<!-- redis-cache-action: ${environment} -->`
}
