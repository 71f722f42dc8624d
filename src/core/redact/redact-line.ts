import { credentialNoun, isCredentialEntry, isCredentialVariable } from './secret-names.ts'

/** A line that may be shown, and the text that `***` replaced. */
export interface RedactedLine {
  text: string
  hidden: string
}

// A line is hostile and may be a megabyte long: no expression here may backtrack.
const argument = String.raw`(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^\s"']|["'].*)+`
/** Also the indicator of a block, whose lines follow. */
const saysNothing = String.raw`(?:true|false|yes|no|on|off|null|none|""|''|[|>][-+\d]*)?[\s,;{}[\]]*$`
/** Not a shell that reads a file, `$(cat …)`, which is not a credential. */
const something = `(?=\\S)(?!${saysNothing})(?!\\$\\()`

/** `password: x`, `"token": "x"`, `REDISCLI_AUTH=x`, `<password>x` */
const assignment = new RegExp(`(${credentialNoun}(?:["']?\\s*[:=]\\s*|>))${something}(.+)$`, 'i')
/** The first group is shown, the second one hidden. */
const rules = [
  // Directives of redis.conf, commented out as well, and where a shell writes them.
  /((?:\b(?:requirepass|masterauth|sentinel-pass|tls-(?:client-)?key-file-pass)|\bauth-pass\s+\S+)["']?\s+)(?!\$\()(\S.*)$/i,
  // `ENCRYPTION_KEY=x`; in small letters it is most often the name of something.
  new RegExp(`((?<=_)KEY["']?\\s*[:=]\\s*)${something}(.+)$`),
  // `--token x`, and the same in a list, `"--token", "x"`
  new RegExp(`((?<![\\w-])-[\\w-]*${credentialNoun}(?:\\s+|["'],\\s*))(?!\\$\\()(${argument})`, 'gi'),
  // The AUTH command of Redis.
  /((?<![\w-])AUTH[ \t]+)(?!\$\()(?!(?:and|called|commands?|failed|is|option|or)(?:[\s.,:]|$))(\S.*)$/,
  // A password hash in an ACL rule.
  /()((?<![\w:])[#!][0-9a-f]{64}(?![0-9a-f]))/gi,
  // JSON web tokens, and tokens of GitHub and AWS.
  /()((?<![\w-])(?:eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|gh[pousr]_\w{20,}|github_pat_\w{20,}|AKIA[0-9A-Z]{16}))/g
]
const redisProgram = /redis-(?:cli|benchmark)/
const redisPasswords = [new RegExp(`(\\s-a\\s+)(?!\\$\\()(${argument})`, 'g'), /(\sauth\s+)(?!\$\()(\S.*)$/i]
/** A user in a Redis configuration, `user app on >password`. */
const userLine = /^\s*(?:#\s*)?["']?user["']?\s/i
const userLinePasswords = [
  /(\s"[><#!])((?:\\.|[^"\\])*"?)/g,
  /(\s'[><#!])((?:\\.|[^'\\])*'?)/g,
  new RegExp(`(\\s[><#!])(${argument})`, 'g')
]
/** The same in a shell, where `>` may also be followed by a file. */
const userCommand = /[\s"'](?:set)?user\s+\S+\s/i
const userCommandPassword = /(\s["']?[><])(?![&/$])(\S+)/g
/** `{name: DB_PASSWORD, value: x}` on one line. */
const namedValue = /["']?(?:name|key)["']?\s*[:=]\s*["']?([\w.-]+)["']?\s*,\s*["']?value["']?\s*[:=]\s*(?=\S)/gi
/** `org/redis-auth:7.2`, which assigns nothing. */
const image =
  /^\s*(?:(?:-\s+)?["']?image["']?\s*[:=]\s*["']?)?[\w.-]+(?::\d+)?(?:\/[\w.-]+)+(?::(?:v?\d[\w.-]*|latest))?(?:@sha256:[0-9a-f]{64})?["']?,?\s*$/

type Hide = (match: string, shown: string, secret: string) => string

/** One line of text with its credentials replaced by `***`. */
export function redactLine(line: string): RedactedLine {
  const hidden: string[] = []
  const hide: Hide = (_, shown, secret) => {
    hidden.push(secret)
    return `${shown}***`
  }
  let text = withoutNamedValue(line, hide)
  if (userLine.test(line)) for (const password of userLinePasswords) text = text.replace(password, hide)
  else if (userCommand.test(line)) text = text.replace(userCommandPassword, hide)
  if (redisProgram.test(line)) for (const password of redisPasswords) text = text.replace(password, hide)
  if (line.includes('://')) text = text.replace(/\S+/g, (word) => withoutUserInfo(word, hide))
  if (!image.test(line)) text = text.replace(assignment, hide)
  for (const rule of rules) text = text.replace(rule, hide)
  return { text, hidden: hidden.join('\n') }
}

function withoutNamedValue(line: string, hide: Hide): string {
  for (const { 0: match, 1: name = '', index } of line.matchAll(namedValue)) {
    const end = index + match.length
    if (isCredentialVariable(name)) return hide('', line.slice(0, end), line.slice(end))
  }
  return line
}

/** `scheme://user:password@host` in a word; the password may contain anything but white space. */
function withoutUserInfo(word: string, hide: Hide): string {
  const last = word.lastIndexOf('@')
  let text = ''
  let done = 0
  for (const { index } of word.matchAll(/:\/\//g)) {
    const start = index + '://'.length
    if (start > last) break
    const end = isWeb(word, start) ? start + authorityAt(word, start).lastIndexOf('@') : last
    if (start < done || end <= start) continue
    text += hide('', word.slice(done, start), word.slice(start, end))
    done = end
  }
  return text + word.slice(done)
}

/** URLs that may have an at sign in their path, `https://host/a@b`; in others it may belong to the password. */
function isWeb(word: string, start: number): boolean {
  return /(https?|git|oci):\/\/$/i.test(word.slice(Math.max(0, start - 8), start))
}

function authorityAt(word: string, start: number): string {
  const length = word.slice(start).search(/[/?#]/)
  return length < 0 ? word.slice(start) : word.slice(start, start + length)
}

/** A key with its value, as YAML and JSON write it. */
interface Entry {
  key: string
  value: string
  /** The column of the key; the dashes of list items precede it. */
  column: number
  isItem: boolean
}

/** A key whose nested content is a credential. */
interface Heading {
  column: number
  /** Everything that is indented deeper belongs to it, whatever it looks like. */
  isBlock: boolean
  /** The items of its list may be in the same column. */
  isEmpty: boolean
}

/**
 * The redacted lines of a text, including credentials that only an earlier line reveals: a block, a list, or the value
 * of a variable whose name is one line above. The number of lines is unchanged.
 */
export function redactLines(lines: readonly string[]): RedactedLine[] {
  let heading: Heading | undefined
  /** The column of a `name: DB_PASSWORD` whose `value:` may follow. */
  let named: number | undefined
  return lines.map((line) => {
    const entry = entryIn(line)
    if (heading !== undefined && line.trim() !== '') {
      if (!isBelow(heading, line, entry)) heading = undefined
      else if (heading.isBlock || !isPunctuation(line)) return hiddenFrom(line, line.search(/\S/))
    }
    if (entry === undefined) return redactLine(line)
    const { key, value, column, isItem } = entry
    const isNamed = column === named && !isItem && key === 'value'
    if (isNamed || isCredentialEntry(key)) heading = { column, isBlock: isBlockMark(value), isEmpty: value === '' }
    if (isItem || column < (named ?? 0) || isName(key)) named = announces(entry) ? column : undefined
    return isNamed && value !== '' && !isBlockMark(value)
      ? hiddenFrom(line, line.length - value.length)
      : redactLine(line)
  })
}

function entryIn(line: string): Entry | undefined {
  const entry = /^(\s*(?:-\s+)*)(?:"([\w./-]+)"\s*:|'([\w./-]+)'\s*:|([\w./-]+)\s*:(?=\s|$))\s*/.exec(line)
  if (entry === null) return undefined
  const [whole, lead = '', double, single, plain] = entry
  const key = double ?? single ?? plain ?? ''
  return { key, value: line.slice(whole.length), column: lead.length, isItem: lead.trim() !== '' }
}

function isBelow({ column, isBlock, isEmpty }: Heading, line: string, entry: Entry | undefined): boolean {
  const indentation = line.search(/\S/)
  if (isBlock) return indentation > column
  // A key inside makes it a map, whose lines are judged one by one.
  if (entry !== undefined) return false
  return indentation > column || (isEmpty && indentation === column && /^\s*-\s/.test(line))
}

/** A comment, or only punctuation of JSON. */
function isPunctuation(line: string): boolean {
  return /^\s*(?:#|[[\]{},\s]*$)/.test(line)
}

function isBlockMark(value: string): boolean {
  return /^[|>][-+\d]*(?:\s+#.*)?\s*$/.test(value)
}

function isName(key: string): boolean {
  return key === 'name' || key === 'key'
}

function announces({ key, value }: Entry): boolean {
  const name = /^["']?([\w.-]+)["']?,?\s*$/.exec(value)?.[1]
  if (name === undefined || !isName(key)) return false
  return key === 'name' ? isCredentialVariable(name) : isCredentialEntry(name)
}

function hiddenFrom(line: string, start: number): RedactedLine {
  return { text: `${line.slice(0, start)}***`, hidden: line.slice(start) }
}
