import type { CredentialField, Credentials } from './credentials.ts'

/** One thing that is wrong with one key of the Secret. */
export interface FieldProblem {
  key: CredentialField
  /** What is wrong, to be read after `key password`; of all values, only host and port may stand in it. */
  problem: string
  /** What to do about it, as an order. */
  fix: string
}

/** A host or port for a sentence, in brackets; nothing if it may not be shown. */
export function shown(value: string, values: Partial<Credentials>): string {
  return mayShow(value, values) ? ` (${value})` : ''
}

/** Whether a host or port can be shown: it may be the password in the wrong key, or have it inside. */
export function mayShow(value: string, { password, url }: Partial<Credentials>): boolean {
  if (password !== undefined && value.includes(password)) return false
  return url === undefined || !(url.includes(`:${value}@`) || url.includes(`/${value}@`))
}
