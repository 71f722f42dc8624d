import { randomBytes } from 'node:crypto'

/**
 * A new password: 192 random bits, URL-safe, so that it is the same in a URL, in a shell and in a configuration file.
 */
export function generatedPassword(): string {
  return randomBytes(24).toString('base64url')
}
