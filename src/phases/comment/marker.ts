import type { RunNumber } from './context.ts'

/** Whether a name may stand in a marker: it cannot end the HTML comment, nor be taken for another name. */
export function isMarkable(environment: string): boolean {
  return /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(environment)
}

/** The two hidden lines that a comment starts with: whose it is, and which run wrote it. */
export function markers(environment: string, { id, attempt }: RunNumber): string {
  return `${marker(environment)}\n<!-- run ${id}, attempt ${attempt} -->\n`
}

/**
 * Whether a comment is about the environment. Only the first line counts: below it stands text that others wrote. GitHub
 * ends lines with CR and LF once somebody edited a comment in the browser.
 */
export function isMarked(body: string, environment: string): boolean {
  return /^[^\r\n]*/.exec(body)?.[0] === marker(environment)
}

/** The run that wrote a comment; one before every run if somebody edited that away. */
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
