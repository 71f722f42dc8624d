/**
 * How credentials are called: the one list for diffs, sentences and what the API server says. A value that is hidden in
 * vain costs a reader less than one that is shown.
 */
const anywhere = 'pass|pwd|secret|token|credential|private|bearer|salt|signature'
/** Most keys are names of something; these open something. */
const keys = '(?:access|account|api|auth|encryption|hmac|master|private|secret|session|shared|signing|ssh)[-_.]?key'
/** So short that they must stand alone. */
const alone = '(?<![a-z])(?:pw|creds?|dsn|jwt)(?![a-z])'

/** Most that end so are no passwords: bypass, compass. */
const pass = '(?<!by|com)pass(?:code|phrase|wd|word)?'

/**
 * What the name of a credential ends with, as the source of an expression that does not tell capitals apart. Comments of
 * the manifests speak of the Secret redis-credentials.
 */
export const credentialNoun = `(?:(?:${pass}|pwd|secret|token|(?<!Secret redis-)credential|auth|authorization|${keys})s?|${alone})`

const inVariable = new RegExp(`${anywhere}|${alone}|auth|dsn|key(?!_?space)|session`, 'i')
/** The last ones are a hash of what a Secret holds, and files of keys. */
const inFile = new RegExp(`${anywhere}|${alone}|auth(?!or)|${keys}|^data-hash$|\\.(?:key|pem|p12|jks)$`, 'i')
const atEnd = new RegExp(`(?:${credentialNoun}|bearer|salt|signature)_?\\d*$`, 'i')
/** Fields with the name of a Secret. */
const reference = /(?:certificate|credentials?|existing|password|pull|tls)[-_]?secrets?$/i
/** What some programs call a credential without a dash. */
const directive = /^(?:-a|--user|auth|auth-pass|requirepass|masterauth)$/i

/** Whether a variable or a header of this name holds a credential. */
export function isCredentialVariable(name: string): boolean {
  return inVariable.test(apart(name))
}

/** The same for a file, an annotation or a label. */
export function isCredentialFile(name: string): boolean {
  return inFile.test(apart(name)) || isCredentialField(name)
}

/** The same for a field; not for secretName, passwordSecretRef and the like, which only point to one. */
export function isCredentialField(name: string): boolean {
  const words = apart(name)
  return atEnd.test(words) && !reference.test(words)
}

/** The same for a name of which only its spelling tells what it names: `REDIS_KEY` is a variable. */
export function isCredentialEntry(name: string): boolean {
  return /^[A-Z][A-Z0-9_]*$/.test(name) ? isCredentialVariable(name) : isCredentialField(name)
}

/** Whether a credential follows after this argument of a command. */
export function announcesCredential(argument: string): boolean {
  return directive.test(argument) || (argument.startsWith('-') && isCredentialField(argument))
}

/** `adminPassword` as `admin_Password`. */
function apart(name: string): string {
  return name.replace(/([a-z0-9])(?=[A-Z])/g, '$1_')
}
