import type { Evidence, FailureCode } from '../failure.ts'

/** What the kernel says of a program that is not for it, in the log or in the message of the runtime. */
export const wrongArchitecture = /exec format error/
export const architectureHint =
  'the program is built for another architecture than that of the node: use an image that has it'

/** What the log of a container that ends says about the reason, and what to do then. */
const reasons: [RegExp, string][] = [
  [wrongArchitecture, architectureHint],
  [/No space left on device/, 'its volume is full: give it more room, or remove what fills it'],
  [/Read-only file system/, 'it wants to write where a mount is read-only: correct readOnly of its volumeMounts'],
  [
    /Permission denied/,
    'it may not use a file: compare runAsUser, runAsGroup and fsGroup with the owner of the volume'
  ],
  [/FATAL CONFIG FILE ERROR|Bad directive/, 'correct the line of redis.conf that is named']
]

/** The hint after a crash loop, with what its last words say beyond the exit code. */
export function hintWithLog(code: FailureCode, hint: string, evidence: readonly Evidence[]): string {
  const log = evidence.find(({ title }) => title.startsWith('Last lines'))?.text ?? ''
  const reason = code === 'crash-loop' && reasons.find(([pattern]) => pattern.test(log))
  return reason ? `${reason[1]}; ${hint}` : hint
}
