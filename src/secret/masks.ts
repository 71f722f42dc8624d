import { credentialField } from '../credentials.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'

/**
 * All that must never be shown of the stored Secret, in each form in which it stands there: whatever is wrong with the
 * Secret, and also where a URL was stored as the host.
 */
export function masksOf(secret: KubernetesObject): string[] {
  const [host, password, url] = (['host', 'password', 'url'] as const).map(
    (field) => credentialField(secret, field) ?? ''
  )
  const urls = [url, host?.includes('@') ? host : ''].filter((each) => each !== undefined)
  const all = [...spellings(password ?? ''), ...urls.flatMap((each) => [...spellings(each), ...passwordsIn(each)])]
  return [...new Set(all)].filter((each) => each !== '')
}

/** As it is stored, without white space around it, and decoded where it is percent-encoded. */
function spellings(value: string): string[] {
  const trimmed = value.trim()
  return [value, trimmed, decoded(trimmed)]
}

/** What may be meant as the password of a URL, also of one that nobody can parse. */
function passwordsIn(url: string): string[] {
  const user = /^[^/]*\/\/(.*)@/s.exec(url)?.[1] ?? url.slice(0, Math.max(0, url.lastIndexOf('@')))
  const colon = user.indexOf(':')
  if (colon >= 0) return spellings(user.slice(colon + 1))
  // A token in the place of the user; but the name of a user, which is shorter, is a word of many sentences.
  return user.length < shortestToken ? [] : spellings(user)
}

/** Of ElastiCache, in characters. */
const shortestToken = 16

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
