// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters must be removed
const controlCharacters = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence starts with one
const escapeSequences = /\u001b\[[0-?]*[ -/]*[@-~]/g

/**
 * Text from the cluster or from a file, made safe for the log: no control characters, and no line that the runner takes
 * for a workflow command. The runner looks for `::name::` at the start of a line after white space, and for
 * `##[name]` anywhere (ActionCommand.cs of actions/runner).
 */
export function sanitize(text: string): string {
  return text
    .replace(escapeSequences, '')
    .replace(/\r\n?/g, '\n')
    .replace(controlCharacters, '')
    .replace(/##\[/g, '# #[')
    .replace(/^([^\S\n]*):(?=:)/gm, '$1\u2236')
}

/** The same on a single line, cut where it becomes unreadable. */
export function sanitizeLine(text: string, maximum = 600): string {
  const line = sanitize(text).replace(/\s+/g, ' ').trim()
  return line.length > maximum ? `${line.slice(0, maximum - 1)}…` : line
}
