import { textAt } from '../kubernetes-object.ts'

/** Where a value stands. */
export interface Place {
  /** The kind of the object. */
  kind: string
  path: readonly (string | number)[]
  /** The map or list that holds it. */
  parent: unknown
}

/** Variables and headers: one that is hidden in vain costs a reader less than one that is shown. */
const credentialVariable =
  /pass|pwd|secret|token|credential|auth|key(?!space)|private|bearer|session|salt|signature|dsn/i
/** Files, annotations and labels; the last ones are a hash of what a Secret holds, and files of keys. */
const credentialName =
  /pass|pwd|secret|token|credential|auth(?!or)|private|api[-_.]?key|access[-_.]?key|bearer|salt|signature|^data-hash$|\.(key|pem|p12|jks)$/i
/** Annotations in which other tools keep a copy of the whole object. */
const copyName = /^(original|applied)$/
/** Fields of any object; not secretName, secretKey and the like, which only point to one. */
const credentialField =
  /^(pass(word|phrase|wd)?|((auth|bearer|access)[-_]?)?token|api[-_]?key|client[-_]?secret|access[-_]?key|private[-_]?key|requirepass|masterauth)$/i
/** Arguments after which a credential follows. */
const credentialArgument =
  /^(-a|--user|requirepass|masterauth|-.*(pass|password|passwd|passphrase|masterauth|token|secret|api-?key|access-?key))$/i

/** Whether nothing of a value may be shown, only whether it changed. */
export function isConfidential(value: unknown, { kind, path, parent }: Place): boolean {
  const [section, entry] = path
  const key = path.at(-1)
  const field = String(path.at(-2))
  const isScalar = typeof value !== 'object'
  if (isOpaque(kind, section)) return entry !== undefined || isScalar
  if (!isScalar || key === undefined) return false
  if (typeof value === 'string' && /-----BEGIN [A-Z ]*PRIVATE KEY/.test(value)) return true
  if (typeof key === 'number') return /(args|command)$/i.test(field) && isCredentialArgument(key, parent)
  if (kind === 'ConfigMap' && section === 'data') return credentialName.test(key)
  if (field === 'annotations' || field === 'labels') return isCredentialAnnotation(key)
  if (key === 'value') return credentialVariable.test(textAt(parent, 'name') ?? '')
  return credentialField.test(key)
}

/** Sections of which only the keys may be read; binary data may hold anything, and nobody reads base64. */
function isOpaque(kind: string, section: string | number | undefined): boolean {
  if (kind === 'Secret') return section === 'data' || section === 'stringData'
  return kind === 'ConfigMap' && section === 'binaryData'
}

function isCredentialAnnotation(key: string): boolean {
  const name = key.slice(key.lastIndexOf('/') + 1)
  return credentialName.test(name) || copyName.test(name)
}

/** An argument after one that announces a credential, or as an ACL rule gives it: `>password`. */
function isCredentialArgument(index: number, list: unknown): boolean {
  return credentialArgument.test(textAt(list, index - 1) ?? '') || /^>./.test(textAt(list, index) ?? '')
}
