import { at, textAt } from '../kubernetes/object.ts'
import { redactLines } from './redact-line.ts'
import {
  announcesCredential,
  isCredentialEntry,
  isCredentialField,
  isCredentialFile,
  isCredentialVariable
} from './secret-names.ts'

/** The location of a value. */
export interface ValuePlace {
  /** The kind of the object. */
  kind: string
  path: readonly (string | number)[]
  /** The map or list that holds it, undefined if unknown. */
  parent: unknown
  /** The whole object, undefined if unknown. */
  object?: unknown
}

/** Annotations in which other tools keep a copy of the whole object. */
const copyName = /^(original|applied)$/
const commandName = /(args|arguments|cmd|command|entrypoint)$/i

/** Whether nothing of a value may be shown, only whether it changed. */
export function isConfidential(value: unknown, place: ValuePlace): boolean {
  const { kind, path, parent } = place
  const [section, entry] = path
  const key = path.at(-1)
  const field = String(path.at(-2))
  if (isOpaque(kind, section)) return entry !== undefined || typeof value !== 'object'
  // A boolean is not a credential, whatever its name.
  if (key === undefined || !['string', 'number'].includes(typeof value)) return false
  const text = String(value)
  if (/-----BEGIN [A-Z ]*PRIVATE KEY/.test(text)) return true
  if (typeof key === 'number') {
    return isCredentialField(field) || (commandName.test(field) && isCredentialArgument(key, text, parent))
  }
  if (kind === 'ConfigMap' && section === 'data') return isCredentialFile(key) || isCredentialEntry(key)
  if (field === 'annotations' || field === 'labels') return isCredentialAnnotation(key, text, place)
  if (key === 'value') return isCredentialValue(place)
  return isCredentialField(key) && !isReference(key, place)
}

/** No Kubernetes kind is nested nearly as deep. */
const deepest = 60

/** Whether a value or anything inside it is confidential, or has a line that would be redacted. */
export function holdsCredential(value: unknown, place: ValuePlace): boolean {
  const open = [{ value, place }]
  for (let here = open.pop(); here !== undefined; here = open.pop()) {
    const { value: found, place: where } = here
    if (isConfidential(found, where) || where.path.length > deepest) return true
    if (typeof found === 'string' && redactLines(found.split('\n')).some(({ hidden }) => hidden !== '')) return true
    if (typeof found !== 'object' || found === null) continue
    for (const [key, child] of Object.entries(found)) {
      const path = [...where.path, Array.isArray(found) ? Number(key) : key]
      open.push({ value: child, place: { ...where, path, parent: found } })
    }
  }
  return false
}

/** Sections whose keys alone may be shown; binary data may contain anything, and base64 is unreadable anyway. */
function isOpaque(kind: string, section: string | number | undefined): boolean {
  if (kind === 'Secret') return section === 'data' || section === 'stringData'
  return kind === 'ConfigMap' && section === 'binaryData'
}

function isCredentialAnnotation(key: string, text: string, { kind, object }: ValuePlace): boolean {
  const name = key.slice(key.lastIndexOf('/') + 1)
  return isCredentialFile(name) || copyName.test(name) || (kind === 'Secret' && isCopy(text, object))
}

/** Whether a text contains a part of this Secret: an object, or one of its values. */
function isCopy(text: string, secret: unknown): boolean {
  const values = Object.values(at(secret, 'data') ?? {}).map(String)
  const plain = values.map((value) => Buffer.from(value, 'base64').toString('utf8'))
  // Shorter ones occur by chance in many texts.
  return /[{\n]/.test(text) || [...values, ...plain].some((value) => value.length >= 4 && text.includes(value))
}

/** `{name: DB_PASSWORD, value: x}`, `{key: password, value: x}` and `token: {value: x}`. */
function isCredentialValue({ path, parent }: ValuePlace): boolean {
  const holder = path.at(-2)
  // An item without a known name.
  if (parent === undefined && typeof holder === 'number') return true
  const [name = '', key = ''] = [textAt(parent, 'name'), textAt(parent, 'key')]
  return isCredentialVariable(name) || isCredentialEntry(key) || isCredentialField(String(holder))
}

/** `secretKey` is a key of AWS, but in the list `data` of an ExternalSecret it is the name of a key in a Secret. */
function isReference(key: string, { path }: ValuePlace): boolean {
  return key === 'secretKey' && typeof path[path.lastIndexOf('data') + 1] === 'number'
}

/** An argument after one that announces a credential, or in the form of an ACL rule: `>password`. */
function isCredentialArgument(index: number, text: string, list: unknown): boolean {
  if (list === undefined || /^>./.test(text)) return true
  const [before = '', first = ''] = [textAt(list, index - 1), textAt(list, index - 2)]
  // `AUTH name password`
  return announcesCredential(before) || /^auth$/i.test(first)
}
