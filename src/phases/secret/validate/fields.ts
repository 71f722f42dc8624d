import {
  type Credentials,
  credentialField,
  credentialFields,
  type FieldProblem,
  isReadable,
  isText
} from '../../../core/credentials.ts'
import type { KubernetesObject } from '../../../core/kubernetes/object.ts'

/** The content of the keys for the rules that follow, and the problems of their text. */
interface ReadFields {
  /** Without surrounding white space; only values that are one line of text. */
  values: Partial<Credentials>
  problems: FieldProblem[]
}

/** Reads the four keys of the stored Secret. */
export function readFields(secret: KubernetesObject): ReadFields {
  const binary = credentialFields.filter((key) => !isText(secret, key))
  const read = credentialFields
    .filter((key) => !binary.includes(key))
    .map((key) => ({ key, text: credentialField(secret, key) }))
  return {
    values: Object.fromEntries(
      read.flatMap(({ key, text }) => (isLine(text) && isReadable(secret, key) ? [[key, text.trim()]] : []))
    ),
    problems: [
      ...binary.map((key) => ({ key, problem: 'is not UTF-8 text', fix: 'store it as plain text' })),
      ...read.flatMap(({ key, text }) => textProblems(text).map((problem) => ({ key, ...problem })))
    ]
  }
}

function isLine(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== '' && !/\p{Cc}/u.test(text.trim())
}

function textProblems(text: string | undefined): Omit<FieldProblem, 'key'>[] {
  if (text === undefined) return [{ problem: 'is missing', fix: 'add it' }]
  if (text === '') return [{ problem: 'is empty', fix: 'give it a value' }]
  const trimmed = text.trim()
  if (trimmed === '') return [{ problem: 'is only white space', fix: 'give it a value' }]
  const problems: Omit<FieldProblem, 'key'>[] = []
  if (text !== trimmed) {
    problems.push({ problem: surroundings(text, trimmed), fix: 'store it without surrounding white space' })
  }
  if (!isLine(text)) {
    const character = nameOf(/\p{Cc}/u.exec(trimmed)?.[0])
    problems.push({ problem: `has ${character} in the middle`, fix: 'store it as one line of plain text' })
  }
  return problems
}

function surroundings(text: string, trimmed: string): string {
  const start = text.startsWith(trimmed) ? [] : [`begins with ${nameOf(text[0])}`]
  const end = text.endsWith(trimmed) ? [] : [`ends with ${nameOf(text.at(-1))}`]
  return [...start, ...end].join(' and ')
}

function nameOf(character: string | undefined): string {
  switch (character) {
    case '\n':
    case '\r':
      return 'a newline'
    case '\t':
      return 'a tab'
    case ' ':
      return 'a space'
    default:
      return /^\p{Cc}$/u.test(character ?? '') ? 'a control character' : 'white space'
  }
}

/**
 * All values of the stored Secret that must never be shown, in every form in which they occur: whatever is wrong with
 * the Secret, and even if a URL was stored as the host.
 */
export function secretValuesOf(secret: KubernetesObject): string[] {
  const [host, password, url] = (['host', 'password', 'url'] as const).map(
    (field) => credentialField(secret, field) ?? ''
  )
  const urls = [url, host?.includes('@') ? host : ''].filter((each) => each !== undefined)
  const all = [...spellings(password ?? ''), ...urls.flatMap((each) => [...spellings(each), ...passwordsIn(each)])]
  return [...new Set(all)].filter((each) => each !== '')
}

/** As stored, trimmed, and decoded if it is percent-encoded. */
function spellings(value: string): string[] {
  const trimmed = value.trim()
  return [value, trimmed, decoded(trimmed)]
}

/** The possible password of a URL, including an invalid one. */
function passwordsIn(url: string): string[] {
  const user = /^[^/]*\/\/(.*)@/s.exec(url)?.[1] ?? url.slice(0, Math.max(0, url.lastIndexOf('@')))
  const colon = user.indexOf(':')
  if (colon >= 0) return spellings(user.slice(colon + 1))
  // A token in place of the user; but a user name, which is shorter, is a word that occurs in many sentences.
  return user.length < shortestToken ? [] : spellings(user)
}

/** The limits of ElastiCache, in characters. */
const shortestToken = 16

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
