/**
 * The names of credentials: one list for diffs, sentences and messages of the API server. Hiding a harmless value costs
 * a reader less than showing a secret.
 */
const anywhere = 'pass|pwd|secret|token|credential|private|bearer|salt|signature'
/** Most keys named `key` identify something; these are credentials. */
const keys = '(?:access|account|api|auth|encryption|hmac|master|private|secret|session|shared|signing|ssh)[-_.]?key'
/** So short that they must be whole words. */
const alone = '(?<![a-z])(?:pw|creds?|dsn|jwt)(?![a-z])'

/** Words that end like a credential and are not: bypass, compass. */
const pass = '(?<!by|com)pass(?:code|phrase|wd|word)?'

/**
 * The end of a credential name, as the source of a case-insensitive expression. Comments in the manifests mention the
 * Secret redis-credentials.
 */
export const credentialNoun = `(?:(?:${pass}|pwd|secret|token|(?<!Secret redis-)credential|auth|authorization|${keys})s?|${alone})`

const inVariable = new RegExp(`${anywhere}|${alone}|auth|dsn|key(?!_?space)|session`, 'i')
/** The last ones are a hash of the content of a Secret, and key files. */
const inFile = new RegExp(`${anywhere}|${alone}|auth(?!or)|${keys}|^data-hash$|\\.(?:key|pem|p12|jks)$`, 'i')
const atEnd = new RegExp(`(?:${credentialNoun}|bearer|salt|signature)_?\\d*$`, 'i')
/** Fields that contain the name of a Secret. */
const reference = /(?:certificate|credentials?|existing|password|pull|tls)[-_]?secrets?$/i
/** Credential names of some programs without a dash. */
const directive = /^(?:-a|--user|auth|auth-pass|requirepass|masterauth)$/i

/** Whether a variable or a header with this name contains a credential. */
export function isCredentialVariable(name: string): boolean {
  return inVariable.test(apart(name))
}

/** The same for a file, an annotation or a label. */
export function isCredentialFile(name: string): boolean {
  return inFile.test(apart(name)) || isCredentialField(name)
}

/** The same for a field; not for secretName, passwordSecretRef and the like, which only refer to one. */
export function isCredentialField(name: string): boolean {
  const words = apart(name)
  return atEnd.test(words) && !reference.test(words)
}

/** The same for a name of unknown origin, judged by its spelling: `REDIS_KEY` is a variable. */
export function isCredentialEntry(name: string): boolean {
  return /^[A-Z][A-Z0-9_]*$/.test(name) ? isCredentialVariable(name) : isCredentialField(name)
}

/** Whether this argument of a command is followed by a credential. */
export function announcesCredential(argument: string): boolean {
  return directive.test(argument) || (argument.startsWith('-') && isCredentialField(argument))
}

/** `adminPassword` as `admin_Password`. */
function apart(name: string): string {
  return name.replace(/([a-z0-9])(?=[A-Z])/g, '$1_')
}
