import { type Credentials, credentialField, credentialFields } from '../credentials.ts'
import type { FieldProblem } from '../field-problem.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'

/** What the keys hold, ready for the rules that follow; and what is wrong with them as text. */
export interface ReadFields {
  /** Without surrounding white space; only what is one line of text. */
  values: Partial<Credentials>
  problems: FieldProblem[]
}

/** Reads the four keys of the stored Secret. */
export function readFields(secret: KubernetesObject): ReadFields {
  const read = credentialFields.map((key) => ({ key, text: credentialField(secret, key) }))
  return {
    values: Object.fromEntries(read.flatMap(({ key, text }) => (isLine(text) ? [[key, text.trim()]] : []))),
    problems: read.flatMap(({ key, text }) => textProblems(text).map((problem) => ({ key, ...problem })))
  }
}

function isLine(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== '' && !/\p{Cc}/u.test(text.trim())
}

function textProblems(text: string | undefined): Omit<FieldProblem, 'key'>[] {
  if (text === undefined) return [{ problem: 'is missing', fix: 'add it' }]
  if (text === '') return [{ problem: 'is empty', fix: 'give it a value' }]
  const trimmed = text.trim()
  if (trimmed === '') return [{ problem: 'holds nothing but white space', fix: 'give it a value' }]
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
